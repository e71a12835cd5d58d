"""What a payer of a fine is told besides the amounts."""

from collections.abc import Mapping, Sequence
from datetime import date

from ledger.money import Money
from payments.obligations.contract import PaidPart, Priced
from payments.obligations.traffic_fine import KIND
from tests.payments.owed import RATES

PLAN = [
    {"due_on": "2026-04-10", "amount_vnd": 6_000_000},
    {"due_on": "2026-05-10", "amount_vnd": 5_000_000},
    {"due_on": "2026-06-10", "amount_vnd": 4_000_000},
]
IN_PARTS = {"fine_vnd": 15_000_000, "received_on": "2026-03-10", "instalments": PLAN}


def facts(**changes: object) -> Mapping[str, object]:
    kept = {"issued_on": "2026-01-02", "term_days": 10, "behaviour": "x", "authority": "y"}
    return {**kept, **changes}


def price(given: Mapping[str, object], *, on: str, paid: Sequence[PaidPart] = ()) -> Priced:
    day = date.fromisoformat(on)
    return KIND.price(KIND.read_facts(given), beneficiary="a", on=day, rates=RATES, paid=paid)


def codes(priced: Priced) -> list[str]:
    return [note.code for note in priced.notes]


def test_notes_say_what_is_not_certain_and_what_changes_after_midnight():
    sunday = facts(fine_vnd=3_000_000, received_on="2026-03-12")
    assert codes(price(sunday, on="2026-03-22")) == ["deadline_on_rest_day"]
    assert codes(price(sunday, on="2026-03-23")) == [
        "deadline_on_rest_day",
        "days_counted",
        "priced_for_today",
    ]
    friday = facts(fine_vnd=3_000_000, received_on="2026-03-10")
    assert codes(price(friday, on="2026-03-20")) == []
    deferred = {**friday, "suspended": [["2026-03-15", "2026-04-15"]]}
    (note,) = price(deferred, on="2026-04-01").notes
    assert (note.code, note.values) == (
        "suspended",
        {"due": date(2026, 3, 20), "day": date(2026, 4, 15)},
    )


def test_two_missed_instalments_are_each_named_with_their_day():
    missed = price(facts(**IN_PARTS), on="2026-05-21")
    told = [note.values for note in missed.notes if note.code == "instalment_missed"]
    assert told == [
        {"which": 1, "day": date(2026, 4, 10), "left": Money(6_000_000)},
        {"which": 2, "day": date(2026, 5, 10), "left": Money(5_000_000)},
    ]
    late = missed.lines[1]
    assert [(step.label, step.count, step.amount.vnd) for step in late.steps] == [
        ("Số tiền phạt chưa nộp của lần 1", 40, 120_000),
        ("Số tiền phạt chưa nộp của lần 2", 10, 25_000),
    ]
    assert (late.days, late.amount) == (40, Money(145_000))


def test_a_surcharge_of_an_instalment_paid_late_still_says_why_it_is_not_certain():
    paid = [PaidPart("instalment_1", Money(6_000_000), date(2026, 4, 21))]
    later = price(facts(**IN_PARTS), on="2026-04-22", paid=paid)
    assert [line.part for line in later.lines] == ["instalment_2", "late_surcharge"]
    assert "instalment_surcharge_unsure" in codes(later)
    assert "instalment_missed" not in codes(later)


def test_an_instalment_due_on_a_rest_day_is_told_like_any_deadline():
    plan = [
        {"due_on": "2026-04-12", "amount_vnd": 6_000_000},
        {"due_on": "2026-05-11", "amount_vnd": 9_000_000},
    ]
    first = price(facts(**{**IN_PARTS, "instalments": plan}), on="2026-04-01")
    assert [note.values for note in first.notes if note.code == "deadline_on_rest_day"] == [
        {"day": date(2026, 4, 12)}
    ]
