"""Finding one obligation by the facts on its paper."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Connection, event

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.found import Found
from payments.look_up import NoDecisionYet, NoMatch, Question, look_up
from payments.obligation import ObligationStatus
from tests.payments.changing import CANCEL, changed
from tests.payments.owed import KEYS, RATES, TODAY, TREASURY, demand, fine, push, record
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, sent

RIGHT = Question(number="0012345/QĐ-XPHC", decided_on=date(2026, 3, 10), subject="59A-123.21")


def asked(
    tx: Tx, question: Question = RIGHT, *, on: date = TODAY
) -> Found | NoDecisionYet | NoMatch:
    return look_up(tx, question, on=on, keys=KEYS, rates=RATES)


def found(tx: Tx, *, on: date = TODAY) -> Found:
    answer = asked(tx, on=on)
    assert isinstance(answer, Found)
    return answer


def test_who_knows_the_paper_sees_what_is_due_and_who_gets_it(tx: Tx):
    (obligation_id,) = push(tx, fine())
    answer = found(tx, on=date(2026, 3, 30))
    assert (answer.obligation_id, answer.kind, answer.number) == (
        obligation_id,
        "traffic_fine",
        "0012345/QĐ-XPHC",
    )
    assert answer.quote is not None
    assert (answer.quote.total, answer.total_tomorrow) == (Money(3_013_500), Money(3_015_000))
    assert answer.beneficiary == TREASURY
    assert (answer.status, answer.paid_on, answer.being_paid_until) == (
        ObligationStatus.OPEN,
        None,
        None,
    )


def test_names_and_plates_are_masked(tx: Tx):
    push(tx, fine())
    answer = found(tx)
    assert (answer.who, answer.plate) == ("N. V. A.", "59A-***.21")
    assert "Nguyễn" not in repr(answer)
    assert "123.21" not in repr(answer)


@pytest.mark.parametrize(
    ("number", "subject"),
    [
        ("0012345/qd-xphc", "59a12321"),
        (" 0012345 / QĐ \u2013 XPHC", "59A 123 21"),
        ("0012345/QD-XPHC", "59A-12321"),
    ],
)
def test_spaces_dashes_and_small_letters_do_not_matter(tx: Tx, number: str, subject: str):
    push(tx, fine())
    assert isinstance(asked(tx, replace(RIGHT, number=number, subject=subject)), Found)


WRONG = {
    "number": replace(RIGHT, number="0012346/QĐ-XPHC"),
    "date": replace(RIGHT, decided_on=date(2026, 3, 11)),
    "no date": replace(RIGHT, decided_on=None),
    "plate": replace(RIGHT, subject="59A-123.22"),
    "no plate": replace(RIGHT, subject=""),
    "all": Question(number="x", decided_on=None, subject=""),
}


@pytest.mark.parametrize("fact", WRONG)
def test_any_wrong_fact_is_answered_alike(tx: Tx, fact: str):
    push(tx, fine())
    assert asked(tx, WRONG[fact]) == NoMatch()


@pytest.mark.parametrize("fact", WRONG)
def test_a_wrong_fact_takes_the_same_work_as_nothing_there(tx: Tx, fact: str):
    statements: list[str] = []

    def note(_: Connection, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    event.listen(tx, "before_cursor_execute", note)
    asked(tx, WRONG[fact])
    nothing_there = list(statements)
    push(tx, fine())
    statements.clear()
    asked(tx, WRONG[fact])
    assert statements == nothing_there
    assert len(nothing_there) == 2


def test_an_obligation_without_second_facts_is_never_found(tx: Tx):
    push(tx, demand("H29"))
    assert asked(tx, Question(number="H29", decided_on=None, subject="")) == NoMatch()


def test_a_paper_whose_kind_asks_for_no_date_is_found_without_the_one_it_has(tx: Tx):
    push(tx, replace(demand("H29"), subject="2345", decided_on=date(2026, 3, 10)))
    question = Question(number="H29", decided_on=None, subject="2345")
    assert isinstance(asked(tx, question), Found)
    assert isinstance(asked(tx, replace(question, decided_on=date(2026, 3, 10))), Found)
    assert asked(tx, replace(question, decided_on=date(2026, 3, 11))) == NoMatch()
    assert asked(tx, replace(question, subject="2346")) == NoMatch()


def test_a_number_two_units_share_leads_to_the_right_one(tx: Tx):
    other = replace(fine(fine_vnd=1_000), provider="thanh-tra", subject="30F-999.99")
    push(tx, fine(), other)
    answer = asked(tx, replace(RIGHT, subject="30F-999.99"))
    assert isinstance(answer, Found)
    assert answer.quote is not None
    assert answer.quote.total == Money(1_000)


def test_two_papers_with_all_facts_equal_are_no_answer(tx: Tx):
    push(tx, fine(), replace(fine(fine_vnd=1_000), provider="thanh-tra"))
    assert asked(tx) == NoMatch()


def test_a_record_has_no_decision_yet_until_it_has_one(tx: Tx):
    push(tx, record("0077/BB-VPHC"))
    question = Question(number="0077/BB-VPHC", decided_on=date(2026, 3, 1), subject="59A-123.21")
    assert asked(tx, question) == NoDecisionYet()
    assert asked(tx, replace(question, subject="59A-123.22")) == NoMatch()
    push(tx, fine(record_number="0077/BB-VPHC"))
    assert asked(tx, question) == asked(tx)
    assert isinstance(asked(tx), Found)


def test_somebody_else_paying_is_seen_with_its_end(tx: Tx):
    payment = opened(tx, push(tx, fine()))
    assert found(tx).being_paid_until == payment.expires_at


def test_what_is_paid_says_since_when_and_asks_for_nothing(tx: Tx):
    payment = opened(tx, push(tx, fine()))
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=payment.amount, at=NOW)))
    answer = found(tx)
    assert (answer.status, answer.paid_on) == (ObligationStatus.PAID, date(2026, 3, 11))
    assert (answer.quote, answer.total_tomorrow, answer.being_paid_until) == (None, None, None)


def test_a_fine_paid_in_parts_asks_for_nothing_while_it_is_open(tx: Tx):
    push(tx, fine(part_payments=[{"on": "2026-03-10", "amount_vnd": 3_000_000}]))
    answer = found(tx)
    assert (answer.status, answer.quote, answer.total_tomorrow) == (
        ObligationStatus.OPEN,
        None,
        None,
    )


def test_a_withdrawn_decision_asks_for_nothing(tx: Tx):
    push(tx, fine())
    changed(tx, CANCEL)
    answer = found(tx)
    assert (answer.status, answer.quote, answer.paid_on) == (ObligationStatus.WITHDRAWN, None, None)


@pytest.mark.parametrize(
    ("field", "question"),
    [
        ("number", replace(RIGHT, number=" ")),
        ("number", replace(RIGHT, number="9" * 101)),
        ("subject", replace(RIGHT, subject="9" * 21)),
    ],
)
def test_what_cannot_be_on_a_paper_is_refused_by_name(tx: Tx, field: str, question: Question):
    with pytest.raises(InputRefused) as refused:
        asked(tx, question)
    assert refused.value.field == field
