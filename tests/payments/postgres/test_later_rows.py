"""What became of obligations since somebody opened a payment of them."""

from dataclasses import replace

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.later import Turn
from payments.postgres.later_rows import due_back, later_of
from tests.payments.changing import CANCEL, FINE, NUMBER, changed, correct, pay, supersede
from tests.payments.owed import NOW, fine, push
from tests.payments.refunding import approved, only_refund
from tests.payments.scene import inside, opened, sent
from tests.payments.test_finish_refund import finished


def test_a_payment_of_what_stands_as_it_was_has_nothing_to_tell(tx: Tx):
    (one,) = push(tx, fine())
    assert later_of(tx, pay(tx, one).payment_id) == ()
    assert due_back(tx, [one]) == {}


def test_each_obligation_turns_in_its_own_way(tx: Tx):
    ids = push(tx, fine(), fine("2/QĐ-XPHC"), fine("3/QĐ-XPHC"), fine("4/QĐ-XPHC"))
    payment = opened(tx, ids)
    sent(inside(tx), payment)
    changed(tx, CANCEL)
    changed(tx, supersede(fine("5/QĐ-XPHC"), number="2/QĐ-XPHC"))
    changed(tx, correct(2_000_000, number="3/QĐ-XPHC"))
    told = later_of(tx, payment.payment_id)
    assert [(each.number, each.turn, each.is_open) for each in told] == [
        (NUMBER, Turn.CANCELLED, False),
        ("2/QĐ-XPHC", Turn.REPLACED, True),
        ("3/QĐ-XPHC", Turn.CORRECTED, True),
    ]
    assert {(each.at, each.due_back) for each in told} == {(NOW, None)}


def test_what_is_due_back_is_told_as_it_stands_now(tx: Tx):
    (one,) = push(tx, fine())
    paid = pay(tx, one)
    changed(tx, correct(2_000_000))
    assert due_back(tx, [one])[one].amount == Money(1_000_000)
    changed(tx, correct(3_000_000, document="2"))
    assert due_back(tx, [one]) == {}
    changed(tx, CANCEL)
    (told,) = later_of(tx, paid.payment_id)
    assert told.due_back is not None
    assert (told.due_back.paid, told.due_back.due) == (FINE, ZERO)


def test_what_went_back_is_told_of_the_decision_and_of_one_in_its_place(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(2_000_000))
    finished(tx, approved(tx, only_refund(tx, payment.payment_id)))
    back = due_back(tx, [one])[one]
    assert (back.amount, back.went_back) == (Money(1_000_000), Money(1_000_000))
    changed(tx, supersede(fine("2/QĐ-XPHC", fine_vnd=1_500_000)))
    (told,) = later_of(tx, payment.payment_id)
    assert told.due_back is not None
    assert (told.due_back.amount, told.due_back.went_back) == (Money(1_500_000), Money(1_000_000))


def test_what_was_paid_for_a_replaced_decision_is_due_back_by_the_new_one(tx: Tx):
    (one,) = push(tx, fine())
    paid = pay(tx, one)
    changed(tx, supersede(fine("2/QĐ-XPHC", fine_vnd=2_000_000)))
    (told,) = later_of(tx, paid.payment_id)
    assert (told.number, told.turn, told.is_open) == (NUMBER, Turn.REPLACED, False)
    assert told.due_back is not None
    assert told.due_back.amount == Money(1_000_000)
    changed(tx, correct(4_000_000, number="2/QĐ-XPHC", document="3"))
    (told,) = later_of(tx, paid.payment_id)
    assert (told.is_open, told.due_back) == (True, None)
    changed(tx, supersede(fine("3/QĐ-XPHC"), number="2/QĐ-XPHC", document="4"))
    changed(tx, replace(CANCEL, number="3/QĐ-XPHC"))
    assert later_of(tx, paid.payment_id)[0].turn is Turn.CANCELLED
