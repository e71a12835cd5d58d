"""Ending payments whose time is over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from gateways.contract import Outcome
from ledger.postgres.transaction import OpenTx, Tx
from payments.expire_payments import expire_payments
from payments.postgres import lock_rows
from payments.states import PaymentState
from tests.payments.scene import (
    LIFETIME,
    NOW,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    payment_of,
    sent,
)

OVER = NOW + LIFETIME


def expire(tx: Tx, *, now: datetime = OVER, limit_max: int = 100) -> int:
    return expire_payments(inside(tx), now=now, limit_max=limit_max)


def test_a_payment_nobody_sent_ends_with_its_time_and_frees_the_fine(tx: Tx):
    ids = owe(tx)
    payment = opened(tx, ids)
    assert expire(tx, now=OVER - timedelta(seconds=1)) == 0
    assert expire(tx) == 1
    assert payment_of(tx, payment.number).state is PaymentState.EXPIRED
    assert lock_rows.holders(tx, ids) == {}
    assert expire(tx) == 0


def test_a_payment_whose_tries_all_failed_ends_with_its_time(tx: Tx):
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment), Outcome.DECLINED)))
    assert expire(tx) == 1
    assert payment_of(tx, payment.number).state is PaymentState.EXPIRED


def test_no_clock_ends_a_payment_a_gateway_may_still_take(tx: Tx):
    ids = owe(tx)
    payment = opened(tx, ids)
    reference = sent(inside(tx), payment)
    assert expire(tx, now=NOW + timedelta(days=30)) == 0
    hear(tx, heard(notice(reference, Outcome.HELD)))
    assert expire(tx, now=NOW + timedelta(days=30)) == 0
    assert lock_rows.holders(tx, ids) == {ids[0]: payment.payment_id}


def test_a_payer_who_is_faster_than_the_clock_goes_on(open_tx: OpenTx):
    with open_tx() as tx:
        ids = owe(tx)
        payment = opened(tx, ids)

    def call() -> int:
        return expire_payments(open_tx, now=OVER, limit_max=100)

    with ThreadPoolExecutor(1) as caller:
        with open_tx() as tx:
            sent(inside(tx), payment, now=OVER - timedelta(seconds=1))
            waiting = caller.submit(call)
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=10) == 0
    with open_tx() as tx:
        assert payment_of(tx, payment.number).state is PaymentState.PENDING
        assert lock_rows.holders(tx, ids) == {ids[0]: payment.payment_id}


def test_ending_one_does_not_free_what_another_holds_by_now(tx: Tx):
    ids = owe(tx)
    first = opened(tx, ids)
    hear(tx, heard(notice(sent(inside(tx), first), Outcome.DECLINED)))
    second = opened(tx, ids, now=NOW + timedelta(minutes=5))
    assert expire(tx) == 1
    assert lock_rows.holders(tx, ids) == {ids[0]: second.payment_id}


def test_at_most_as_many_are_ended_as_allowed(tx: Tx):
    for _ in range(3):
        opened(tx, owe(tx))
    assert [expire(tx, limit_max=2) for _ in range(3)] == [2, 1, 0]
