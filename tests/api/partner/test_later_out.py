"""Partners read what a payer has to be told, with the figures behind it."""

from dataclasses import replace

from api.language import read_speeches
from api.partner.later_out import later_of_payment, later_of_proof
from payments.states import PaymentState
from tests.api.test_later_words import AT, BACK, CANCELLED, PAYMENT

SPEECHES = read_speeches()


def test_before_money_came_the_words_are_about_still_paying():
    told = later_of_payment(PAYMENT, [CANCELLED], SPEECHES, is_proven=False)
    assert [(each.number, each.turn) for each in told.changes] == [("8/QĐ-XPHC", "cancelled")]
    assert "Xin đừng trả tiền nữa" in told.text[0]
    assert "Please do not pay" in told.text_en[0]


def test_a_payment_that_is_proven_says_what_its_proof_says():
    paid = replace(PAYMENT, state=PaymentState.PAID)
    told = later_of_payment(paid, [CANCELLED], SPEECHES, is_proven=True)
    assert told == later_of_proof([CANCELLED], SPEECHES)
    assert told.text


def test_nothing_is_said_while_people_look_at_the_money():
    held = replace(PAYMENT, state=PaymentState.HELD)
    assert later_of_payment(held, [CANCELLED], SPEECHES, is_proven=False).text == []


def test_beside_the_proof_stands_what_is_due_back():
    due = replace(CANCELLED, due_back=BACK)
    told = later_of_proof([due], SPEECHES)
    assert told.changes[0].due_back is not None
    assert told.changes[0].due_back.model_dump() == {
        "amount_vnd": 1_000_000,
        "paid_vnd": 3_000_000,
        "due_vnd": 2_000_000,
        "found_at": AT,
    }
    assert (len(told.text), len(told.text_en)) == (1, 1)
