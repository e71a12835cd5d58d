"""What of a payment may still go back."""

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.find_returnable import find_returnable
from payments.refund import Refund, RefundCause, Wanted
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from payments.returnable import Returnable
from tests.payments.refunding import HOA, LAN, approved, paid, paid_otherwise, paid_twice
from tests.payments.scene import AMOUNT, NOW, opened, owe, payment_of


def returnable(tx: Tx, number: str) -> Returnable:
    return find_returnable(tx, payment_of(tx, number))


def rejected(tx: Tx, refund: Refund) -> Returnable:
    """Return what may go back once the proposal is rejected."""
    reject_refund(tx, refund.number, by=LAN, now=NOW)
    return returnable(tx, refund.payment_number)


def test_before_any_money_nothing_goes_back(tx: Tx) -> None:
    payment = opened(tx, owe(tx))
    assert find_returnable(tx, payment) == Returnable()


def test_what_was_paid_and_is_owed_does_not_go_back(tx: Tx) -> None:
    payment_id, reference = paid(tx)
    assert payment_id
    assert returnable(tx, reference.partition("-")[0]) == Returnable()


def test_what_is_proposed_already_is_not_offered_again(tx: Tx) -> None:
    refund = paid_twice(tx)
    assert returnable(tx, refund.payment_number).amount == ZERO
    approved(tx, refund)
    assert returnable(tx, refund.payment_number).amount == ZERO


def test_a_surplus_whose_proposal_was_rejected_may_be_proposed_by_hand(tx: Tx) -> None:
    refund = paid_twice(tx)
    (choice,) = rejected(tx, refund).choices
    assert (choice.cause, choice.amount) == (RefundCause.DUPLICATE, AMOUNT)
    again = request_refund(
        tx, Wanted(capture_id=choice.capture_id, reason="gọi điện xin lại"), by=HOA, now=NOW
    )
    assert again.amount == AMOUNT
    assert returnable(tx, refund.payment_number).choices == ()


def test_money_that_differs_is_offered_as_it_came(tx: Tx) -> None:
    refund = paid_otherwise(tx, amount=Money(123_000))
    (choice,) = rejected(tx, refund).choices
    assert (choice.cause, choice.amount) == (RefundCause.AMOUNT_DIFFERS, Money(123_000))
