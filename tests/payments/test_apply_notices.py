"""Applying what partners said."""

from gateways.contract import Verdict
from ledger.postgres.transaction import Tx
from payments.postgres import payment_rows
from payments.states import PaymentState
from tests.payments.scene import hear, heard, inside, notice, opened, owe, sent


def test_a_paid_notice_pays_what_was_owed(tx: Tx) -> None:
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    assert hear(tx, heard(notice(reference))) == [Verdict.RECORDED]
    after = payment_rows.by_number(tx, payment.number)
    assert after is not None
    assert after.state is PaymentState.PAID
