"""What was proposed before the beneficiary had it goes by the State's procedure afterwards."""

from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.refund import RefundRoute
from payments.refund_states import RefundState
from payments.reroute_refunds import reroute_refunds
from tests.payments.changing import changed, correct, pay
from tests.payments.owed import fine, push
from tests.payments.scene import NOW


def test_what_nobody_approved_is_replaced_once(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(2_000_000))
    ids = [payment.payment_id]
    assert reroute_refunds(tx, ids, now=NOW) == 1
    assert reroute_refunds(tx, ids, now=NOW) == 0
    stands = [(each.route, each.state) for each in refund_rows.of_payments(tx, ids)]
    assert stands == [
        (RefundRoute.GATEWAY, RefundState.REJECTED),
        (RefundRoute.STATE_PROCEDURE, RefundState.PROPOSED),
    ]
