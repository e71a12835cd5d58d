"""What a gateway is told besides the payment."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.errand import Errand, intent_of
from tests.payments.scene import LIFETIME, NOW, PaperGateway, opened, owe


def test_an_order_lives_as_long_as_the_payment_and_the_gateway_both_allow(tx: Tx):
    payment = opened(tx, owe(tx))
    errand = Errand("R1", "203.0.113.7", "https://pay.example.vn/return", "Nộp phạt")
    late = NOW + timedelta(minutes=5)
    for now in (NOW, late):
        intent = intent_of(payment, PaperGateway(), errand, now=now)
        assert intent.expires_at == min(payment.expires_at, now + LIFETIME)
        assert (intent.reference, intent.amount) == ("R1", payment.amount)
        assert intent.beneficiary == payment.lines[0].beneficiary
