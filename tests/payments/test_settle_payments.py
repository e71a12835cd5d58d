"""Saying that the beneficiary has the money."""

from sqlalchemy import text

from gateways.contract import RefundOutcome
from ledger.postgres.transaction import Tx
from payments.payment import Payment
from payments.settle_payments import settle_payments
from payments.states import PaymentState
from tests.payments.refunding import (
    RefundingGateway,
    approved,
    ordered,
    paid_twice,
    payment_state,
)
from tests.payments.scene import (
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


def paid(tx: Tx) -> Payment:
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    return payment


def test_paid_payments_are_settled_and_their_authorities_told(tx: Tx):
    payments = [paid(tx) for _ in range(3)]
    assert settle_payments(tx, [each.payment_id for each in payments], now=NOW) == 3
    for payment in payments:
        assert payment_of(tx, payment.number).state is PaymentState.SETTLED
    told = tx.execute(text("SELECT type, sequence, payload FROM payments.outbox ORDER BY 1, 2"))
    found = [(row.type, row.sequence, row.payload["data"]["new_status"]) for row in told]
    assert found == [("payment.paid", 1, "paid")] * 3 + [("payment.settled", 2, "settled")] * 3


def test_settling_twice_settles_and_tells_once(tx: Tx):
    payment = paid(tx)
    assert [settle_payments(tx, [payment.payment_id], now=NOW) for _ in range(2)] == [1, 0]
    assert tx.execute(text("SELECT count(*) FROM payments.outbox")).scalar_one() == 2


def test_what_is_not_paid_is_not_settled(tx: Tx):
    payment = opened(tx, owe(tx))
    assert settle_payments(tx, [payment.payment_id], now=NOW) == 0
    assert settle_payments(tx, [], now=NOW) == 0
    assert payment_of(tx, payment.number).state is PaymentState.CREATED


def test_an_overpaid_payment_stays_overpaid_and_is_told_once(tx: Tx):
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference)), heard(notice(reference, transaction="T2")))
    assert [settle_payments(tx, [payment.payment_id], now=NOW) for _ in range(2)] == [1, 0]
    assert payment_of(tx, payment.number).state is PaymentState.OVERPAID


def test_a_payment_that_is_being_refunded_remembers_once_that_it_was_settled(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    assert settle_payments(tx, [refund.payment_id], now=NOW) == 1
    assert settle_payments(tx, [refund.payment_id], now=NOW) == 0
    assert payment_state(tx, refund) is PaymentState.REFUNDING
    ordered(tx, RefundingGateway(said=[RefundOutcome.DONE]))
    assert payment_state(tx, refund) is PaymentState.SETTLED
