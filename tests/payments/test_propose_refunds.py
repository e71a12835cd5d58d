"""What was taken beyond what was asked is proposed to go back by itself."""

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.propose_refunds import propose_refunds
from payments.refund import SYSTEM, RefundCause, RefundRoute
from payments.refund_states import RefundState
from tests.payments.refunding import paid, paid_otherwise, paid_twice
from tests.payments.scene import AMOUNT, NOW


def test_a_second_payment_is_proposed_to_go_back_in_the_same_transaction(tx: Tx):
    refund = paid_twice(tx)
    assert (refund.state, refund.amount, refund.cause, refund.route, refund.proposed_by) == (
        RefundState.PROPOSED,
        AMOUNT,
        RefundCause.DUPLICATE,
        RefundRoute.GATEWAY,
        SYSTEM,
    )
    assert refund.payment_transaction in refund.reason


def test_money_that_differs_is_proposed_whole(tx: Tx):
    refund = paid_otherwise(tx, amount=Money(349_999))
    assert (refund.amount, refund.cause) == (Money(349_999), RefundCause.AMOUNT_DIFFERS)


def test_what_is_paid_as_asked_is_not_proposed(tx: Tx):
    payment_id, _ = paid(tx)
    assert refund_rows.of_payments(tx, [payment_id]) == []
    assert propose_refunds(tx, [], now=NOW) == 0
