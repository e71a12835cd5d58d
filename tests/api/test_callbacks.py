"""The callback door: batches under load, nobody refused for a neighbour, bytes kept as received."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from structlog.testing import capture_logs

from api import callbacks
from api.callbacks import BODY_MAX, BodyTooLarge
from api.gathered import Gatherer
from api.house import House
from gateways.contract import Outcome, Verdict
from ledger.postgres.transaction import OpenTx
from payments.evidence import Received
from payments.postgres import lock_rows
from tests.payments.changing import FINE, changed, kept, supersede, surplus
from tests.payments.owed import fine, push
from tests.payments.scene import hear, heard, inside, notice, opened, sent

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


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
        gatherer = Gatherer("callbacks", apply)
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
    assert [each["event"] for each in logs] == ["gathered.batch_failed"]
    assert verdicts == {Verdict.RECORDED: 3, Verdict.ALREADY_RECORDED: 1}
    with open_tx() as tx:
        assert {kept(tx, each).status.value for each in (new, other)} == {"paid"}
        assert surplus(tx) == FINE
