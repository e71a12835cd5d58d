"""The callback door: batches under load, nobody refused for a neighbour, bytes kept as received."""

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import anyio
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from structlog.testing import capture_logs

from api import callbacks
from api.callbacks import BATCH_MAX, BODY_MAX, QUEUE_MAX, BodyTooLarge, Gatherer
from api.house import House
from gateways.contract import Notice, Outcome, RawRequest, Verdict
from ledger.money import Money
from ledger.postgres.transaction import OpenTx
from payments.evidence import EvidenceKind, Received
from payments.postgres import lock_rows
from tests.payments.changing import FINE, changed, kept, supersede, surplus
from tests.payments.owed import fine, push
from tests.payments.scene import hear, heard, inside, notice, opened, sent

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _received(reference: str) -> Received:
    raw = RawRequest("GET", "/callbacks/vnpay", b"", (), b"", "127.0.0.1")
    notice = Notice("vnpay", reference, "1", Outcome.PAID, Money(1), "VND", AT, "00")
    return Received(EvidenceKind.CALLBACK, raw, notice, AT)


def test_one_caller_alone_is_a_batch_of_one() -> None:
    sizes: list[int] = []

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        sizes.append(len(notices))
        return [Verdict.RECORDED for _ in notices]

    async def call() -> Verdict:
        return await Gatherer(apply).submit(_received("a"))

    assert anyio.run(call) is Verdict.RECORDED
    assert sizes == [1]


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    sizes: list[int] = []
    is_first_under_way = threading.Event()

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        sizes.append(len(notices))
        if len(sizes) == 1:
            is_first_under_way.wait(5)
        return [Verdict.RECORDED for _ in notices]

    async def call() -> None:
        gatherer = Gatherer(apply)
        async with anyio.create_task_group() as group:
            group.start_soon(gatherer.submit, _received("first"))
            await anyio.sleep(0.05)
            for number in range(49):
                group.start_soon(gatherer.submit, _received(str(number)))
            await anyio.sleep(0.05)
            is_first_under_way.set()

    anyio.run(call)
    assert sizes == [1, 49]


def test_no_batch_is_longer_than_the_limit() -> None:
    sizes: list[int] = []

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        sizes.append(len(notices))
        return [Verdict.RECORDED for _ in notices]

    async def call() -> None:
        gatherer = Gatherer(apply)
        async with anyio.create_task_group() as group:
            for number in range(3 * BATCH_MAX):
                group.start_soon(gatherer.submit, _received(str(number)))

    anyio.run(call)
    assert max(sizes) <= BATCH_MAX


def test_a_bad_notice_does_not_refuse_its_neighbours() -> None:
    def apply(notices: Sequence[Received]) -> list[Verdict]:
        if any(each.notice.reference == "bad" for each in notices):
            raise RuntimeError("bad")
        return [Verdict.RECORDED for _ in notices]

    verdicts: dict[str, Verdict] = {}

    async def call() -> None:
        gatherer = Gatherer(apply)

        async def one(reference: str) -> None:
            verdicts[reference] = await gatherer.submit(_received(reference))

        async with anyio.create_task_group() as group:
            for reference in ("good", "bad", "fine"):
                group.start_soon(one, reference)

    anyio.run(call)
    assert verdicts == {
        "good": Verdict.RECORDED,
        "bad": Verdict.UNAVAILABLE,
        "fine": Verdict.RECORDED,
    }


def test_a_queue_that_is_full_asks_the_partner_to_come_again() -> None:
    is_free = threading.Event()

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        is_free.wait(10)
        return [Verdict.RECORDED for _ in notices]

    verdicts: list[Verdict] = []

    async def call() -> None:
        gatherer = Gatherer(apply)

        async def one(number: int) -> None:
            verdicts.append(await gatherer.submit(_received(str(number))))
            is_free.set()

        async with anyio.create_task_group() as group:
            for number in range(QUEUE_MAX + BATCH_MAX + 50):
                group.start_soon(one, number)

    anyio.run(call)
    assert Verdict.UNAVAILABLE in verdicts
    assert verdicts.count(Verdict.RECORDED) >= QUEUE_MAX


class Stopped(BaseException):
    """Something no catch-all catches."""


def test_nobody_waits_for_ever_when_the_worker_itself_dies() -> None:
    def apply(_notices: Sequence[Received]) -> list[Verdict]:
        raise Stopped

    async def call() -> Verdict:
        with anyio.fail_after(5):
            return await Gatherer(apply).submit(_received("a"))

    assert anyio.run(call) is Verdict.UNAVAILABLE


@pytest.fixture
def door(house: House) -> TestClient:
    """Give a client at the callback door of a house with no attempts."""
    app = FastAPI()
    app.include_router(callbacks.routes(house))
    return TestClient(app)


def test_a_forged_callback_is_answered_in_the_partners_words(door: TestClient) -> None:
    answer = door.get("/callbacks/vnpay?vnp_TxnRef=x&vnp_SecureHash=00")
    assert answer.status_code == 200
    assert answer.json()["RspCode"] == "97"


def test_a_body_beyond_any_callback_is_refused(door: TestClient) -> None:
    with pytest.raises(BodyTooLarge):
        door.post("/callbacks/vnpay", content=b"x" * (BODY_MAX + 1))


def test_many_forged_callbacks_at_once_are_all_refused(door: TestClient) -> None:
    def forge(number: int) -> str:
        query = f"/callbacks/vnpay?vnp_TxnRef=x{number}&vnp_SecureHash=00"
        return str(door.get(query).json()["RspCode"])

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(forge, range(40))) == {"97"}


def _waiting(open_tx: OpenTx, *, many: int) -> None:
    """Wait until so many transactions wait for a row."""
    for _ in range(600):
        with open_tx() as tx:
            if tx.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() == many:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_batches_of_an_old_and_its_new_decision_that_block_each_other_are_tried_one_by_one(
    open_tx: OpenTx,
) -> None:
    with open_tx() as tx:
        (old,) = push(tx, fine())
        left = opened(tx, [old])
        late = sent(inside(tx), left)
        hear(tx, heard(notice(late, Outcome.CANCELLED, amount=None)))
        new = changed(tx, supersede(fine("2/QĐ-XPHC"))).successor_id
        (other,) = push(tx, fine("3/QĐ-XPHC"))
        assert new is not None
        references = [sent(inside(tx), opened(tx, [each])) for each in (new, other)]
    words = [heard(notice(each, amount=FINE)) for each in (late, *references)]

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        with open_tx() as tx:
            return hear(tx, *notices)

    async def submitted(*batch: Received) -> list[Verdict]:
        gatherer = Gatherer(apply)
        return list(await asyncio.gather(*(gatherer.submit(each) for each in batch)))

    with capture_logs() as logs, ThreadPoolExecutor(2) as callers:
        with open_tx() as tx:
            lock_rows.lock_footings(tx, [other])
            # It holds the old decision, and will want the new one once it has the other.
            first = callers.submit(asyncio.run, submitted(words[0], words[2]))
            _waiting(open_tx, many=1)
            second = callers.submit(asyncio.run, submitted(words[1], words[2]))
            _waiting(open_tx, many=2)
        verdicts = Counter([*first.result(timeout=60), *second.result(timeout=60)])
    assert [each["event"] for each in logs] == ["callbacks.batch_failed"]
    assert verdicts == {Verdict.RECORDED: 3, Verdict.ALREADY_RECORDED: 1}
    with open_tx() as tx:
        assert {kept(tx, each).status.value for each in (new, other)} == {"paid"}
        assert surplus(tx) == FINE
