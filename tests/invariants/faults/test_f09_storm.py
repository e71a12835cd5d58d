"""Fifty workers on five fines: one payer each, a reason for all the others, no fault of ours."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx2
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from api.access.obligation_token import seal_obligation
from api.application import application
from api.house import House
from ledger.errors import BookUnreachable
from ledger.postgres.transaction import OpenTx, Tx
from payments.postgres import lock_rows
from tests.api.conftest import PARTNER_KEY
from tests.invariants.faults.at_vnpay import at_work
from tests.payments.scene import owe

WORKERS = 50


def test_f09_fifty_workers_on_five_fines_open_five_payments_and_meet_no_fault(house: House):
    with house.open_tx() as tx:
        fines = owe(tx, many=5)
    working = at_work(house)
    program = application(working)
    statuses: Counter[tuple[int, str]] = Counter()

    async def pay(worker: int) -> None:
        wanted = [fines[(worker + step) % 5] for step in range(1 + worker % 2)]
        tokens = [seal_obligation(working, each, bound_to="portal") for each in wanted]
        headers = {
            "authorization": f"Bearer {PARTNER_KEY}",
            "idempotency-key": f'"storm-{worker:04d}"',
        }
        transport = httpx2.ASGITransport(program)
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://partner.test", headers=headers
        ) as client:
            answer = await client.post("/v1/payments", json={"obligations": tokens})
        statuses[answer.status_code, str(answer.json().get("type", ""))] += 1

    async def storm() -> None:
        async with anyio.create_task_group() as workers:
            for worker in range(WORKERS):
                workers.start_soon(pay, worker)

    with capture_logs():
        anyio.run(storm)
    assert set(statuses) == {(201, ""), (409, "urn:clearing:problem:being-paid")}, statuses
    with house.open_tx() as tx:
        doubled = tx.execute(
            text(
                "SELECT obligation_id FROM payments.payment_line JOIN payments.payment"
                " USING (payment_id) GROUP BY obligation_id HAVING count(*) > 1"
            )
        ).all()
        assert not doubled
        assert len(lock_rows.holders(tx, fines)) == 5


def test_f09_a_deadlock_is_told_as_busy_and_the_other_goes_on(open_tx: OpenTx):
    with open_tx() as tx:
        fines = owe(tx, many=2)
    both = threading.Barrier(2)

    def lock(tx: Tx, obligation_id: int) -> None:
        tx.execute(
            text("SELECT 1 FROM payments.obligation WHERE obligation_id = :one FOR UPDATE"),
            {"one": obligation_id},
        )

    def call(step: int) -> type[Exception] | None:
        try:
            with open_tx() as tx:
                lock(tx, fines[::step][0])
                both.wait(timeout=30)
                lock(tx, fines[::step][1])
        except BookUnreachable as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as callers:
        told = list(callers.map(call, (1, -1)))
    assert Counter(told) == {None: 1, BookUnreachable: 1}


@pytest.mark.parametrize("state", ["40001", "40P01", "57014", "55P03", "53100"])
def test_f09_whatever_the_database_is_too_busy_for_is_told_as_busy(open_tx: OpenTx, state: str):
    statement = f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"
    with pytest.raises(BookUnreachable), open_tx() as tx:
        tx.exec_driver_sql(statement)
