"""What went back is not kept: a decision raised since is due again, whenever the money went."""

from datetime import timedelta

import pytest

from ledger.money import Money, total
from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres import refund_rows, taken_rows
from payments.postgres.lock_rows import lock_owed
from payments.quoting import quote
from payments.refund import Refund
from payments.reopen_given_back import reopen_given_back
from reconciliation.postgres import proof_obligation_rows
from tests.payments.changing import (
    CANCEL,
    changed,
    correct,
    differences,
    kept,
    pay,
    supersede,
    told,
)
from tests.payments.owed import RATES, TODAY, fine, push
from tests.payments.refunding import RefundingGateway, approved, asked, ordered
from tests.payments.scene import NOW


def lowered(tx: Tx) -> tuple[int, Refund]:
    """Pay a fine of 3,000,000 that is then lowered to 1,500,000, which is approved."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(1_500_000))
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    return one, approved(tx, refund)


def gone_back(tx: Tx) -> int:
    """Let the payer have half of a fine back."""
    one, _ = lowered(tx)
    go_back(tx)
    return one


def go_back(tx: Tx) -> None:
    gateway = RefundingGateway()
    ordered(tx, gateway)
    asked(tx, gateway, now=NOW + timedelta(minutes=3))
    tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def left(tx: Tx, one: int) -> int:
    return total(line.amount for line in quote(kept(tx, one), on=TODAY, rates=RATES).lines).vnd


def kept_of(tx: Tx, one: int) -> int:
    return total(part.amount for part in kept(tx, one).paid).vnd


def assert_proven(tx: Tx) -> None:
    for find in (
        proof_obligation_rows.taken_for_nothing,
        proof_obligation_rows.miscounted,
        proof_obligation_rows.due_back_otherwise,
        proof_obligation_rows.given_back_otherwise,
    ):
        assert find(tx).names == ()


def test_what_went_back_is_not_kept_and_what_is_kept_covers_the_lowered_fine(tx: Tx):
    one = gone_back(tx)
    assert kept(tx, one).status is ObligationStatus.PAID
    assert kept_of(tx, one) == 1_500_000
    assert taken_rows.due_for(tx, one) == taken_rows.back_for(tx, one)
    assert_proven(tx)


@pytest.mark.parametrize(("raised", "due"), [(3_000_000, 1_500_000), (6_000_000, 4_500_000)])
def test_a_fine_raised_after_its_refund_is_open_for_what_is_not_kept(tx: Tx, raised: int, due: int):
    one = gone_back(tx)
    changed(tx, correct(raised, document="18/QĐ-ĐC"))
    assert kept(tx, one).status is ObligationStatus.OPEN
    assert left(tx, one) == due
    assert told(tx, one)[-1] == "obligation.reopened"
    assert taken_rows.due_for(tx, one) == taken_rows.back_for(tx, one)
    assert_proven(tx)
    pay(tx, one, amount=Money(due))
    assert kept(tx, one).status is ObligationStatus.PAID
    assert_proven(tx)
    changed(tx, CANCEL)
    assert kept_of(tx, one) == raised
    assert taken_rows.back_for(tx, one) == Money(raised + 1_500_000)
    assert_proven(tx)


def test_what_went_back_does_not_count_for_the_decision_in_its_place(tx: Tx):
    gone_back(tx)
    verdict = changed(tx, supersede(fine("0099/QĐ-XPHC")))
    assert verdict.successor_id is not None
    assert kept(tx, verdict.successor_id).status is ObligationStatus.OPEN
    assert left(tx, verdict.successor_id) == 1_500_000
    assert_proven(tx)


def test_nothing_is_kept_of_a_cancelled_fine_once_it_went_back(tx: Tx):
    one, _ = lowered(tx)
    changed(tx, CANCEL)
    for refund in refund_rows.lock_for_obligation(tx, one):
        if not refund.approved_by:
            approved(tx, refund)
    go_back(tx)
    go_back(tx)
    assert kept_of(tx, one) == 0
    assert_proven(tx)


def test_a_refund_that_ends_after_its_fine_was_raised_opens_it_again(tx: Tx):
    one, _ = lowered(tx)
    gateway = RefundingGateway()
    ordered(tx, gateway)
    changed(tx, correct(3_000_000, document="18/QĐ-ĐC"))
    assert kept(tx, one).status is ObligationStatus.PAID
    asked(tx, gateway, now=NOW + timedelta(minutes=3))
    tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    assert kept(tx, one).status is ObligationStatus.OPEN
    assert left(tx, one) == 1_500_000
    assert told(tx, one)[-1] == "obligation.reopened"
    assert differences(tx, one)[-1] == (3, 3_000_000, 1_500_000)
    assert_proven(tx)
    pay(tx, one, amount=Money(1_500_000))
    assert kept(tx, one).status is ObligationStatus.PAID
    assert_proven(tx)


def test_what_was_due_back_opens_nothing(tx: Tx):
    one = gone_back(tx)
    before = differences(tx, one)
    reopen_given_back(tx, lock_owed(tx, [one])[one], cause="again", now=NOW)
    assert differences(tx, one) == before
