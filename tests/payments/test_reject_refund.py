"""A proposed refund is rejected by a person, and nothing goes back under its number."""

import pytest

from ledger.postgres.transaction import Tx
from payments.errors import NotFound, NotRefundable
from payments.postgres import refund_rows
from payments.refund import Obstacle
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from payments.states import PaymentState
from tests.payments.refunding import HOA, approved, paid_twice, payment_state
from tests.payments.scene import NOW
from tests.payments.test_record_state_decision import due_no_more


def test_a_rejected_refund_leaves_its_payment_as_it_was(tx: Tx):
    refund = reject_refund(tx, paid_twice(tx).number, by=HOA, now=NOW)
    assert (refund.state, refund.finished_at) == (RefundState.REJECTED, NOW)
    assert payment_state(tx, refund) is PaymentState.OVERPAID
    assert reject_refund(tx, refund.number, by=HOA, now=NOW) == refund


def test_what_was_approved_is_not_rejected(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    with pytest.raises(NotRefundable) as problem:
        reject_refund(tx, refund.number, by=HOA, now=NOW)
    assert problem.value.reason == Obstacle.ALREADY


def test_no_program_rejects_and_nothing_unknown_is_rejected(tx: Tx):
    with pytest.raises(NotRefundable) as problem:
        reject_refund(tx, paid_twice(tx).number, by="system:x", now=NOW)
    assert problem.value.reason == Obstacle.NOT_A_PERSON
    with pytest.raises(NotFound):
        reject_refund(tx, "RF2222222222", by=HOA, now=NOW)


def test_what_the_state_was_to_give_back_is_called_off_once_it_is_due_no_more(tx: Tx):
    refund = due_no_more(tx)
    after = reject_refund(tx, refund.number, by=HOA, now=NOW)
    assert (after.state, after.outcome) == (RefundState.REFUSED, "not_due")
    assert reject_refund(tx, refund.number, by=HOA, now=NOW) == after
    assert payment_state(tx, refund) is PaymentState.SETTLED
    assert refund_rows.of_payments(tx, [refund.payment_id]) == [after]
