"""Callbacks by the thousand, twice, late, forged and changed, through the door they come in by."""

import json
import os
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

import anyio
import pytest
from sqlalchemy import text
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from api.application import application
from api.house import House
from payments.payment import Payment
from tests.invariants.faults.at_vnpay import (
    DOOR,
    at_work,
    paid,
    rows,
    under_way,
)
from tests.payments.scene import AMOUNT, NOW, payment_of

FLOOD = int(os.environ.get("CLEARING_FLOOD", "2000"))
EACH_TIMES = 10
ACK_MS_MAX = 15_000
"""The shortest patience a partner has; how soon it is on a machine of our own, bench tells."""
NS_PER_MS = 1_000_000


def payment_at(house: House, reference: str) -> Payment:
    with house.open_tx() as tx:
        return payment_of(tx, reference.removesuffix("-1"))


@dataclass(slots=True)
class Answer:
    """What a partner is answered, and how long it had to wait."""

    status: int = 0
    body: bytes = b""
    took_ms: int = 0

    @property
    def code(self) -> str:
        """Return VNPAY's code in it."""
        return str(json.loads(self.body)["RspCode"])


def told_at_once(house: House, requests: Sequence[tuple[str, str]]) -> list[Answer]:
    """Send (method, address) all at the same time, straight at the program, and return answers."""
    program = application(house)
    answers = [Answer() for _ in requests]

    async def call(answer: Answer, method: str, address: str) -> None:
        url = urlsplit(address)
        scope: Scope = {
            "type": "http",
            "method": method,
            "path": url.path,
            "query_string": url.query.encode(),
            "headers": [(b"host", url.netloc.encode())],
            "client": ("127.0.0.1", 1),
        }

        async def receive() -> Message:
            return {"type": "http.request", "body": b""}

        async def send(message: Message) -> None:
            answer.status = message.get("status", answer.status)
            answer.body += message.get("body", b"")

        begun = time.monotonic_ns()
        await program(scope, receive, send)
        answer.took_ms = (time.monotonic_ns() - begun) // NS_PER_MS

    async def flood() -> None:
        async with anyio.create_task_group() as callers:
            for answer, (method, address) in zip(answers, requests, strict=True):
                callers.start_soon(call, answer, method, address)

    with capture_logs():
        anyio.run(flood)
    return answers


def codes(answers: Sequence[Answer]) -> Counter[str]:
    return Counter(answer.code for answer in answers)


def test_f25_the_same_callback_fifty_times_at_once_is_confirmed_fifty_times_and_booked_once(
    house: House,
):
    working = at_work(house)
    (reference,) = under_way(working)
    answers = told_at_once(working, [("GET", f"{DOOR}?{paid(reference)}")] * 50)
    assert codes(answers) == {"00": 1, "02": 49}
    with house.open_tx() as tx:
        assert set(rows(tx).values()) == {1}


def test_f29_forged_callbacks_leave_no_row_whoever_forged_them(house: House):
    working = at_work(house)
    (reference,) = under_way(working)
    genuine = paid(reference)
    unsigned = genuine.partition("&vnp_SecureHash=")[0]
    forged = {
        "a wrong key": paid(reference, secret="A" * 32),
        "no signature": unsigned,
        "an empty signature": f"{unsigned}&vnp_SecureHash=",
        "half a signature": genuine[:-64],
        "another word under the signature": genuine.replace("ResponseCode=00", "ResponseCode=24"),
        "another merchant's key and code": paid(reference, secret="B" * 32, TmnCode="OTHERONE"),
        "another merchant's code under ours": paid(reference, TmnCode="OTHERONE"),
    }
    answers = told_at_once(working, [("GET", f"{DOOR}?{query}") for query in forged.values()])
    found = dict(zip(forged, (each.code for each in answers), strict=True))
    assert found == dict.fromkeys(forged, "97") | {"another merchant's code under ours": "99"}
    with house.open_tx() as tx:
        assert set(rows(tx).values()) == {0}
    assert payment_at(house, reference).state.value == "pending"


def test_f30_a_genuine_callback_again_next_day_elsewhere_or_posted_adds_no_row(house: House):
    working = at_work(house)
    (reference,) = under_way(working)
    query = paid(reference)
    told_at_once(working, [("GET", f"{DOOR}?{query}")])
    next_day = replace(working, clock=lambda: NOW.replace(day=12))
    with house.open_tx() as tx:
        before = rows(tx)
    again, posted, elsewhere = told_at_once(
        next_day,
        [
            ("GET", f"{DOOR}?{query}"),
            ("POST", f"{DOOR}?{query}"),
            ("GET", f"http://partner.test/callbacks/momo?{query}"),
        ],
    )
    assert codes([again, posted]) == {"02": 1, "99": 1}
    assert elsewhere.status == 404
    with house.open_tx() as tx:
        assert rows(tx) == before


@pytest.mark.parametrize("over", [-1, 1])
def test_f31_a_signed_amount_one_dong_off_is_held_and_told_with_both_numbers(
    house: House, over: int
):
    working = at_work(house)
    (reference,) = under_way(working)
    query = paid(reference, Amount=str((AMOUNT.vnd + over) * 100))
    answers = told_at_once(working, [("GET", f"{DOOR}?{query}")])
    assert codes(answers) == {"04": 1}
    with house.open_tx() as tx:
        counted = rows(tx)
        sums = tx.execute(
            text(
                "SELECT capture.amount_vnd, attempt.amount_vnd AS asked_vnd"
                " FROM payments.capture JOIN payments.attempt USING (attempt_id)"
            )
        ).one()
    assert (counted["acknowledgement"], counted["entry"]) == (0, 1)
    assert tuple(sums) == (AMOUNT.vnd + over, AMOUNT.vnd)
    assert payment_at(house, reference).state.value == "held"


def test_f32_a_flood_after_an_outage_is_answered_soon_booked_once_each_and_nothing_is_lost(
    house: House,
):
    working = at_work(house)
    references = under_way(working, many=FLOOD // EACH_TIMES)
    words = [("GET", f"{DOOR}?{paid(each)}") for each in references * EACH_TIMES]
    first = told_at_once(working, words)
    second = told_at_once(
        working,
        [word for word, answer in zip(words, first, strict=True) if answer.code == "99"],
    )
    # Whoever found the queue full was asked to come again, and was heard then.
    assert codes(first).keys() <= {"00", "02", "99"}
    assert codes(second).keys() <= {"00", "02"}
    assert codes(first)["00"] + codes(second)["00"] == len(references)
    waited_ms = sorted(answer.took_ms for answer in [*first, *second])
    assert waited_ms[len(waited_ms) * 99 // 100] < ACK_MS_MAX
    with house.open_tx() as tx:
        assert set(rows(tx).values()) == {len(references)}
