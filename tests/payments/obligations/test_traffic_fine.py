"""Deadlines and surcharges of traffic fines, to the dong."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money, total
from payments.obligations.contract import PaidPart, Priced
from payments.obligations.rates import load_rates
from payments.obligations.traffic_fine import KIND, LATE_STEP, ROUNDING, SUSPENDED_STEP
from tests.payments.owed import FINE_FACTS

RATES = load_rates()
SHARED_EXAMPLES = Path(__file__).parents[3].parent / "shared" / "domain" / "examples.json"

# The worked cases, and the day after the deadline: facts, day of payment, what must come out.
BY_DECREE: dict[str, object] = {"reason": "Từ chối nhận quyết định"}
WORKED: dict[str, tuple[dict[str, object], str, tuple[str, int, int, int]]] = {
    "EX-LF-001": (
        {"fine_vnd": 3_000_000, "received_on": "2026-03-10"},
        "2026-03-20",
        ("2026-03-20", 0, 0, 3_000_000),
    ),
    "the day after": (
        {"fine_vnd": 3_000_000, "received_on": "2026-03-10"},
        "2026-03-21",
        ("2026-03-20", 0, 0, 3_000_000),
    ),
    "EX-LF-002": (
        {"fine_vnd": 3_000_000, "received_on": "2026-03-10"},
        "2026-03-30",
        ("2026-03-20", 9, 13_500, 3_000_000),
    ),
    "EX-LF-003": (
        {"fine_vnd": 18_000_000, "issued_on": "2026-05-05"},
        "2026-06-01",
        ("2026-05-17", 14, 126_000, 18_000_000),
    ),
    "EX-LF-004": (
        {
            "fine_vnd": 25_000_000,
            "deadline_override": {**BY_DECREE, "date": "2026-06-30"},
            "suspended": [["2026-07-10", "2026-08-08"]],
        },
        "2026-08-20",
        ("2026-06-30", 20, 250_000, 25_000_000),
    ),
    "EX-LF-005": (
        {
            "fine_vnd": 8_000_000,
            "deadline_override": {**BY_DECREE, "date": "2026-01-31"},
            "part_payments": [{"on": "2026-02-11", "amount_vnd": 3_000_000}],
        },
        "2026-02-21",
        ("2026-01-31", 20, 65_000, 5_000_000),
    ),
}


def price(facts: dict[str, object], *, on: date | str, paid: Sequence[PaidPart] = ()) -> Priced:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return KIND.price(
        KIND.read_facts(facts), beneficiary="kbnn-0011", on=day, rates=RATES, paid=paid
    )


def parts(priced: Priced) -> dict[str, int]:
    return {line.part: line.amount.vnd for line in priced.lines}


def outcome(priced: Priced) -> tuple[str, int, int, int]:
    """Return deadline, late days, surcharge and unpaid fine."""
    days = sum(line.days for line in priced.lines)
    amounts = parts(priced)
    return str(priced.deadline), days, amounts.get("late_surcharge", 0), amounts["fine"]


def facts(**changes: object) -> dict[str, object]:
    kept = {"issued_on": "2026-01-02", "term_days": 10, "behaviour": "x", "authority": "y"}
    return {**kept, **changes}


@pytest.mark.parametrize("name", WORKED)
def test_worked_examples_come_out_to_the_dong(name: str):
    changes, on, expected = WORKED[name]
    assert outcome(price(facts(**changes), on=on)) == expected


def test_worked_examples_of_the_shared_texts_come_out_to_the_dong():
    if not SHARED_EXAMPLES.exists():
        pytest.skip("the shared worked examples stand outside this repository")
    cases: list[dict[str, Any]] = json.loads(SHARED_EXAMPLES.read_text(encoding="utf-8"))["cases"]
    late_fees = [case for case in cases if case["topic"] == "late_fee"]
    assert late_fees
    for case in late_fees:
        given_facts, expected = case["inputs"], case["expected"]
        found = outcome(price(_from_example(given_facts), on=given_facts["paid_on"]))
        assert found == (
            expected["deadline"],
            expected["late_days"],
            expected["surcharge"],
            expected["remaining_principal"],
        ), case["id"]
        assert expected["total_due_on_payment_day"] == found[2] + found[3]


def _from_example(given_facts: dict[str, Any]) -> dict[str, object]:
    changes: dict[str, object] = {"fine_vnd": given_facts["fine"]}
    for name in ("received_on", "issued_on", "suspended"):
        if name in given_facts:
            changes[name] = given_facts[name]
    if "deadline" in given_facts:
        changes["deadline_override"] = {"date": given_facts["deadline"], "reason": "cho trước"}
    if "partial_payments" in given_facts:
        changes["part_payments"] = [
            {"on": each["on"], "amount_vnd": each["amount"]}
            for each in given_facts["partial_payments"]
        ]
    return facts(**changes)


def test_a_surcharge_resting_on_an_open_question_says_so():
    sure = price(facts(fine_vnd=3_000_000, received_on="2026-03-10"), on="2026-03-30")
    rounded = price(facts(fine_vnd=3_000_001, received_on="2026-03-10"), on="2026-03-30")
    on_sunday = price(facts(fine_vnd=3_000_000, received_on="2026-03-12"), on="2026-04-01")
    assert [priced.lines[1].status for priced in (sure, rounded, on_sunday)] == [
        "CONFIRMED",
        "UNCONFIRMED",
        "UNCONFIRMED",
    ]


def test_half_a_dong_goes_up_and_less_goes_down():
    half_up = price(facts(fine_vnd=1_000, received_on="2026-03-10"), on="2026-03-22")
    below = price(facts(fine_vnd=999, received_on="2026-03-10"), on="2026-03-22")
    assert parts(half_up) == {"fine": 1_000, "late_surcharge": 1}
    assert parts(below) == {"fine": 999}


def test_the_surcharge_line_explains_itself():
    priced = price(
        facts(
            fine_vnd=3_000_000,
            received_on="2026-03-10",
            budget={"chapter": "009", "sub_item": "4252", "late_sub_item": "4272"},
        ),
        on="2026-03-30",
    )
    fine_line, late_line = priced.lines
    assert (late_line.base, late_line.days, late_line.rate) == (Money(3_000_000), 9, "0.0005")
    assert "18/2023/TT-BTC" in late_line.law
    assert fine_line.budget == {"chapter": "009", "sub_item": "4252"}
    assert late_line.budget == {"chapter": "009", "sub_item": "4272"}


def test_both_lines_have_one_sub_item_unless_told_otherwise():
    priced = price(
        facts(fine_vnd=3_000_000, received_on="2026-03-10", budget={"sub_item": "4252"}),
        on="2026-03-30",
    )
    assert [line.budget for line in priced.lines] == [{"sub_item": "4252"}] * 2


def test_a_fine_paid_in_parts_is_nothing_but_its_surcharge():
    paid = facts(
        fine_vnd=1_000_000,
        received_on="2026-03-10",
        part_payments=[{"on": "2026-03-30", "amount_vnd": 1_000_000}],
    )
    assert parts(price(paid, on="2026-04-30")) == {"late_surcharge": 4_500}


def test_purpose_names_decision_date_and_authority():
    read = KIND.read_facts(FINE_FACTS)
    purpose = KIND.purpose(read, "0012345/QĐ-XPHC")
    assert purpose == "Nộp phạt quyết định 0012345/QĐ-XPHC ngày 10/03/2026, Đội CSGT số 1"
    assert KIND.title(read) == FINE_FACTS["behaviour"]
    assert KIND.authority(read) == "Đội CSGT số 1"


DUE = date(2026, 3, 20)


def test_each_late_stretch_is_a_step_and_the_steps_come_to_the_line():
    late = price(
        facts(
            fine_vnd=8_000_000,
            deadline_override={**BY_DECREE, "date": "2026-01-31"},
            part_payments=[{"on": "2026-02-11", "amount_vnd": 3_000_000}],
            suspended=[["2026-02-05", "2026-02-06"]],
        ),
        on="2026-02-21",
    ).lines[1]
    told = [
        (each.label, each.count, each.base.vnd, each.rate, each.amount.vnd) for each in late.steps
    ]
    assert told == [
        (LATE_STEP, 4, 8_000_000, "0.0005", 16_000),
        (SUSPENDED_STEP, 2, 8_000_000, "0", 0),
        (LATE_STEP, 4, 8_000_000, "0.0005", 16_000),
        (LATE_STEP, 10, 5_000_000, "0.0005", 25_000),
    ]
    assert total(step.amount for step in late.steps) == late.amount
    assert late.rounding == ""


def test_a_fraction_of_a_dong_is_told_with_how_it_was_rounded():
    late = price(facts(fine_vnd=3_000_001, received_on="2026-03-10"), on="2026-03-30").lines[1]
    assert (late.amount, late.rounding) == (Money(13_500), ROUNDING)


def test_violations_are_the_steps_of_the_fine():
    violations = [
        {"article": "Điều 6 khoản 9", "text": "Vượt đèn đỏ", "amount_vnd": 2_000_000},
        {"article": "Điều 6 khoản 3", "text": "Không thắt dây", "amount_vnd": 1_000_000},
    ]
    fine_line = price(facts(fine_vnd=3_000_000, violations=violations), on="2026-01-05").lines[0]
    told = [(step.label, step.law, step.amount.vnd) for step in fine_line.steps]
    assert told == [
        ("Vượt đèn đỏ", "Điều 6 khoản 9", 2_000_000),
        ("Không thắt dây", "Điều 6 khoản 3", 1_000_000),
    ]


def codes(priced: Priced) -> list[str]:
    return [note.code for note in priced.notes]


PLAN = [
    {"due_on": "2026-04-10", "amount_vnd": 6_000_000},
    {"due_on": "2026-05-10", "amount_vnd": 5_000_000},
    {"due_on": "2026-06-10", "amount_vnd": 4_000_000},
]
IN_PARTS = {"fine_vnd": 15_000_000, "received_on": "2026-03-10", "instalments": PLAN}


def paid_on(day: str, part: str, vnd: int) -> PaidPart:
    return PaidPart(part, Money(vnd), date.fromisoformat(day))


def offered(priced: Priced) -> list[tuple[str, int, bool]]:
    return [(line.part, line.amount.vnd, line.leaves_open) for line in priced.lines]


def test_instalments_are_offered_one_after_another_and_the_last_closes():
    first = price(facts(**IN_PARTS), on="2026-04-01")
    assert offered(first) == [("instalment_1", 6_000_000, True)]
    assert (first.deadline, codes(first)) == (date(2026, 4, 10), ["instalment"])
    one = [paid_on("2026-04-01", "instalment_1", 6_000_000)]
    assert offered(price(facts(**IN_PARTS), on="2026-04-02", paid=one)) == [
        ("instalment_2", 5_000_000, True)
    ]
    two = [*one, paid_on("2026-05-01", "instalment_2", 5_000_000)]
    assert offered(price(facts(**IN_PARTS), on="2026-05-02", paid=two)) == [
        ("instalment_3", 4_000_000, False)
    ]
    three = [*two, paid_on("2026-06-10", "instalment_3", 4_000_000)]
    assert price(facts(**IN_PARTS), on="2026-07-01", paid=three).lines == ()


def test_a_missed_instalment_comes_with_its_own_surcharge_and_says_that_no_text_settles_it():
    missed = price(facts(**IN_PARTS), on="2026-04-21")
    assert offered(missed) == [("instalment_1", 6_000_000, True), ("late_surcharge", 30_000, True)]
    assert missed.lines[1].status == "UNCONFIRMED"
    assert codes(missed) == [
        "instalment",
        "instalment_missed",
        "instalment_surcharge_unsure",
        "days_counted",
        "priced_for_today",
    ]
    paid = [
        paid_on("2026-04-21", "instalment_1", 6_000_000),
        paid_on("2026-04-21", "late_surcharge", 30_000),
    ]
    assert offered(price(facts(**IN_PARTS), on="2026-04-22", paid=paid)) == [
        ("instalment_2", 5_000_000, True)
    ]


def test_half_dongs_of_two_instalments_are_shown_with_how_they_were_rounded():
    plan = [
        {"due_on": "2026-04-10", "amount_vnd": 6_001_000},
        {"due_on": "2026-04-11", "amount_vnd": 1_001_000},
    ]
    odd = facts(fine_vnd=7_002_000, received_on="2026-03-10", instalments=plan)
    late = price(odd, on="2026-04-13").lines[1]
    assert late.rounding == ROUNDING


LATE = {"received_on": "2026-03-10", "issued_on": "2026-03-10"}
AS_PAID = [
    paid_on("2026-03-30", "fine", 3_000_000),
    paid_on("2026-03-30", "late_surcharge", 13_500),
]


def test_what_was_paid_for_the_same_decision_leaves_nothing():
    for day in ("2026-03-30", "2027-01-01"):
        assert price(facts(fine_vnd=3_000_000, **LATE), on=day, paid=AS_PAID).lines == ()


def test_a_corrected_decision_that_asks_less_has_no_line():
    for day in ("2026-03-30", "2027-01-01"):
        assert price(facts(fine_vnd=2_000_000, **LATE), on=day, paid=AS_PAID).lines == ()


def test_a_corrected_decision_that_asks_more_leaves_the_difference_of_the_two():
    corrected = facts(fine_vnd=4_000_000, **LATE)
    same_day = price(corrected, on="2026-03-30", paid=AS_PAID)
    asked = price(corrected, on="2026-03-30")
    assert total(line.amount for line in same_day.lines) == Money(4_018_000 - 3_013_500)
    assert total(line.amount for line in asked.lines) == Money(4_018_000)
    # Afterwards only the million that is left grows.
    later = price(corrected, on="2026-04-09", paid=AS_PAID)
    assert parts(later) == {"fine": 1_000_000, "late_surcharge": 4_500 + 10 * 500}
    assert [step.amount.vnd for step in later.lines[0].steps] == [4_000_000, -3_000_000]
    assert [step.amount.vnd for step in later.lines[1].steps] == [18_000, 5_000, -13_500]


def test_a_surcharge_no_longer_owed_covers_the_fine_itself():
    corrected = facts(
        fine_vnd=3_013_000, deadline_override={"date": "2026-06-30", "reason": "x"}, **LATE
    )
    assert price(corrected, on="2026-03-30", paid=AS_PAID).lines == ()


def test_the_families_of_police_and_inspectorate_are_priced_alike():
    kept = {"fine_vnd": 5_000_000, "received_on": "2026-03-10"}
    police = price(facts(**kept, authority="Phòng Cảnh sát giao thông"), on="2026-04-30")
    inspectorate = price(facts(**kept, authority="Thanh tra giao thông"), on="2026-04-30")
    assert police == inspectorate


@given(
    st.integers(1, 10**9),
    st.integers(1, 10**9),
    st.integers(0, 400),
    st.integers(0, 400),
)
def test_paid_and_rest_come_to_what_the_new_decision_asks(
    old_vnd: int, new_vnd: int, late: int, later: int
):
    paid_at = DUE + timedelta(late)
    given_due: dict[str, object] = {"deadline_override": {"date": str(DUE), "reason": "x"}}
    old = price(facts(fine_vnd=old_vnd, **given_due), on=paid_at)
    paid = [PaidPart(line.part, line.amount, paid_at) for line in old.lines]
    new = facts(fine_vnd=new_vnd, **given_due)
    rest = sum(parts(price(new, on=paid_at, paid=paid)).values())
    asked = sum(parts(price(new, on=paid_at)).values())
    assert rest == max(0, asked - sum(parts(old).values()))
    assert rest <= sum(parts(price(new, on=paid_at + timedelta(later), paid=paid)).values())
