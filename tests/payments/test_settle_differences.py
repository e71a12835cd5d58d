"""Compare what was paid with what is due, where an obligation reads otherwise than it was paid."""

from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.obligations.rates import Rates
from payments.settle_differences import settle_differences
from tests.payments.changing import changed, correct, differences, kept, pay, told
from tests.payments.owed import NOW, RATES, fine, push


def test_what_was_paid_as_it_is_due_stays_as_it_is(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    settle_differences(tx, {one: "for once"}, rates=RATES, now=NOW)
    assert kept(tx, one).status is ObligationStatus.PAID
    assert (differences(tx, one), told(tx, one)) == ([], ["payment.paid"])


def test_what_was_never_paid_is_not_compared(tx: Tx):
    (one,) = push(tx, fine())
    settle_differences(tx, {one: "for once"}, rates=RATES, now=NOW)
    assert kept(tx, one).status is ObligationStatus.OPEN


def test_a_difference_is_told_with_both_sums_and_its_cause(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, correct(2_000_000))
    payload = tx.execute(
        text("SELECT payload FROM payments.outbox WHERE type = 'obligation.refund_due'")
    ).scalar_one()
    assert payload["data"] == {
        "kind": "traffic_fine",
        "number": "0012345/QĐ-XPHC",
        "version": 2,
        "paid_vnd": 3_000_000,
        "due_vnd": 2_000_000,
        "difference_vnd": 1_000_000,
        "difference_before_vnd": 0,
        "cause": "correct:16/QĐ-ĐC",
        "old_status": "paid",
        "new_status": "paid",
    }


def test_without_the_rate_of_the_day_nothing_is_said_to_be_wrong(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    settle_differences(tx, {one: "for once"}, rates=Rates({}), now=NOW)
    assert kept(tx, one).status is ObligationStatus.PAID
