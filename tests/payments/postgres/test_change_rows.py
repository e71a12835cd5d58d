"""Changes of obligations in and out of the database."""

from ledger.postgres.transaction import Tx
from payments.obligation_change import ChangeAct
from payments.postgres import change_rows
from tests.payments.changing import changed, correct, pay, supersede
from tests.payments.owed import fine, push
from tests.payments.scene import opened


def test_a_change_is_found_by_its_act_and_document(tx: Tx):
    (one,) = push(tx, fine())
    changed(tx, correct(2_000_000))
    document = "16/QĐ-ĐC"
    assert change_rows.done_before(tx, one, act=ChangeAct.CORRECT, document=document)
    assert change_rows.done_before(tx, one, act=ChangeAct.CANCEL, document=document) is None
    assert [each.version for each in change_rows.changes_of(tx, one)] == [2]


def test_who_holds_an_obligation_holds_its_successor(tx: Tx):
    one, two = push(tx, fine(), fine("2/QĐ-XPHC"))
    assert change_rows.holder(tx, one) is None
    payment = opened(tx, [one])
    assert change_rows.holder(tx, one) == payment.payment_id
    change_rows.hand_over(tx, one, to=two, captures=0, now=payment.created_at)
    assert change_rows.holder(tx, two) == payment.payment_id


def test_all_that_was_replaced_is_found_from_the_newest(tx: Tx):
    (one,) = push(tx, fine())
    two = changed(tx, supersede(fine("2/QĐ-XPHC"))).successor_id
    assert two is not None
    assert change_rows.replaced_by(tx, [two]) == {one}


def test_what_is_due_back_is_read_as_it_was_found(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, correct(2_000_000))
    (due,) = change_rows.refunds_due(tx, one)
    assert (due.difference.vnd, due.cause) == (1_000_000, "correct:16/QĐ-ĐC")
