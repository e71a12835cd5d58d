"""What is proposed to go back for an obligation follows what is due back."""

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.propose_due import propose_due
from payments.refund import Refund
from payments.refund_states import RefundState
from tests.payments.changing import CANCEL, changed, correct, pay, supersede
from tests.payments.owed import fine, push
from tests.payments.refunding import RefundingGateway, approved, ordered
from tests.payments.scene import NOW


def lowered(tx: Tx) -> list[Refund]:
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(2_000_000))
    return refund_rows.of_payments(tx, [payment.payment_id])


def proposed(tx: Tx, refund: Refund) -> list[int]:
    return [
        each.amount.vnd
        for each in refund_rows.of_payments(tx, [refund.payment_id])
        if each.state is RefundState.PROPOSED
    ]


def test_what_grows_due_is_proposed_beside_what_was(tx: Tx):
    (refund,) = lowered(tx)
    changed(tx, CANCEL)
    assert proposed(tx, refund) == [1_000_000, 2_000_000]


def test_what_is_due_no_more_is_withdrawn(tx: Tx):
    (refund,) = lowered(tx)
    changed(tx, correct(3_000_000, document="18/QĐ-ĐC"))
    assert proposed(tx, refund) == []


def test_what_went_back_is_not_proposed_again(tx: Tx):
    (refund,) = lowered(tx)
    approved(tx, refund)
    ordered(tx, RefundingGateway())
    changed(tx, CANCEL)
    assert proposed(tx, refund) == [2_000_000]


def test_what_was_approved_stays_whatever_is_due(tx: Tx):
    (refund,) = lowered(tx)
    approved(tx, refund)
    changed(tx, correct(3_000_000, document="18/QĐ-ĐC"))
    (after,) = refund_rows.of_payments(tx, [refund.payment_id])
    assert after.state is RefundState.APPROVED


def test_what_a_new_decision_leaves_due_is_proposed_for_it(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    verdict = changed(tx, supersede(fine("0099/QĐ-XPHC", fine_vnd=2_000_000)))
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    assert (refund.amount, refund.obligation_id) == (Money(1_000_000), verdict.successor_id)


def test_asked_again_nothing_changes(tx: Tx):
    (refund,) = lowered(tx)
    assert refund.obligation_id is not None
    propose_due(tx, refund.obligation_id, due=refund.amount, document="again", now=NOW)
    assert proposed(tx, refund) == [1_000_000]
