"""What was taken, what is asked back of it, and what is due back."""

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.postgres import taken_rows
from payments.settle_payments import settle_payments
from tests.payments.changing import changed, correct, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import RefundingGateway, approved, ordered, paid_twice
from tests.payments.scene import AMOUNT, NOW


def test_a_sum_says_what_is_asked_back_of_it_and_what_went_back(tx: Tx):
    refund = paid_twice(tx)
    right, surplus = taken_rows.sums_of_payment(tx, refund.payment_id)
    assert (right.left, surplus.left, surplus.refunds) == (AMOUNT, ZERO, 1)
    assert taken_rows.sums_by_key(tx, [surplus.entry_key]) == [surplus]
    approved(tx, refund)
    ordered(tx, RefundingGateway())
    after = taken_rows.sum_of(tx, surplus.capture_id)
    assert after is not None
    assert after.returned == ZERO
    assert taken_rows.sum_of(tx, 10**9) is None


def test_what_is_due_for_an_obligation_and_asked_for_it(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    assert (taken_rows.due_for(tx, one), taken_rows.back_for(tx, one)) == (ZERO, ZERO)
    changed(tx, correct(2_000_000))
    assert (taken_rows.due_for(tx, one), taken_rows.back_for(tx, one)) == (
        Money(1_000_000),
        Money(1_000_000),
    )
    (part,) = taken_rows.parts_for(tx, one)
    assert (part.payment_id, part.paid, part.back) == (
        payment.payment_id,
        Money(3_000_000),
        Money(1_000_000),
    )
    assert taken_rows.standing_for(tx, one) == one


def test_what_the_beneficiary_has_is_known_from_history(tx: Tx):
    refund = paid_twice(tx)
    assert taken_rows.settled_among(tx, [refund.payment_id]) == set()
    settle_payments(tx, [refund.payment_id], now=NOW)
    assert taken_rows.settled_among(tx, [refund.payment_id]) == {refund.payment_id}
