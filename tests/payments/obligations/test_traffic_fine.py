"""Deadlines and surcharges of traffic fines, to the dong."""

import json
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.errors import InputRefused, RateMissing
from payments.obligations.contract import Priced
from payments.obligations.rates import load_rates, read_rates
from payments.obligations.traffic_fine import KIND, deadline, lateness, read_fine
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


def price(facts: dict[str, object], *, on: date | str) -> Priced:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return KIND.price(KIND.read_facts(facts), beneficiary="kbnn-0011", on=day, rates=RATES, paid=())


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


@pytest.mark.parametrize(
    ("changes", "due"),
    [
        # Received: the day of receipt is not counted.
        ({"received_on": "2026-03-10"}, "2026-03-20"),
        # A longer term in the decision prevails, a shorter one does not.
        ({"received_on": "2026-03-10", "term_days": 30}, "2026-04-09"),
        ({"received_on": "2026-03-10", "term_days": 5}, "2026-03-20"),
        # Receipt not proven: twelve days after issue, or the longer term and two days.
        ({"issued_on": "2026-05-05"}, "2026-05-17"),
        ({"issued_on": "2026-05-05", "term_days": 30}, "2026-06-06"),
        ({"issued_on": "2026-05-05", "term_days": 5}, "2026-05-17"),
        # The authority's own date outweighs every rule.
        (
            {
                "received_on": "2026-03-10",
                "deadline_override": {"date": "2026-02-01", "reason": "Từ chối nhận"},
            },
            "2026-02-01",
        ),
        # A holiday counts: the second day of Tet 2026.
        ({"received_on": "2026-02-08"}, "2026-02-18"),
    ],
)
def test_deadline_follows_what_is_known_of_the_receipt(changes: dict[str, object], due: str):
    read = read_fine(facts(fine_vnd=1, **changes))
    assert deadline(read, rates=RATES) == date.fromisoformat(due)


def test_deadline_before_the_law_is_refused_not_guessed():
    read = read_fine(facts(fine_vnd=1, issued_on="2012-05-05"))
    with pytest.raises(RateMissing, match=r"fines\.unproven_receipt_term_days.*2012-05-05"):
        deadline(read, rates=RATES)


def test_deadline_on_a_rest_day_moves_only_when_the_rates_say_so():
    saturday = read_fine(facts(fine_vnd=1, received_on="2026-03-11"))
    rolling = read_rates(
        "".join(
            f'[[fines.{name}]]\nvalue = {value}\nfrom = 2013-07-01\nsource = "x"\n'
            'status = "UNCONFIRMED"\n'
            for name, value in (("payment_term_days", 10), ("deadline_rolls", 1))
        )
    )
    assert deadline(saturday, rates=RATES) == date(2026, 3, 21)
    assert deadline(saturday, rates=rolling) == date(2026, 3, 23)


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


def test_a_new_daily_rate_counts_from_its_first_day():
    rates = read_rates("""
[[fines.late_daily_rate]]
value = "0.0005"
from = 2013-07-01
to = 2026-03-24
source = "x"
status = "CONFIRMED"

[[fines.late_daily_rate]]
value = "0.001"
from = 2026-03-25
source = "x"
status = "UNCONFIRMED"
""")
    read = read_fine(facts(fine_vnd=1_000_000))
    late = lateness(read, due=date(2026, 3, 20), on=date(2026, 3, 30), rates=rates)
    assert (late.days, late.exact) == (9, 4 * 500 + 5 * 1_000)
    assert late.rate_texts == ("0.0005", "0.001")
    assert late.statuses == {"CONFIRMED", "UNCONFIRMED"}


def test_a_late_day_without_a_known_rate_stops_the_price():
    rates = read_rates("""
[[fines.late_daily_rate]]
value = "0.0005"
from = 2013-07-01
to = 2026-03-24
source = "x"
status = "CONFIRMED"
""")
    read = read_fine(facts(fine_vnd=1_000_000))
    due = date(2026, 3, 20)
    assert lateness(read, due=due, on=date(2026, 3, 25), rates=rates).days == 4
    with pytest.raises(RateMissing, match="2026-03-25"):
        lateness(read, due=due, on=date(2026, 3, 26), rates=rates)


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


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("fine_vnd", {"fine_vnd": 0}),
        ("fine_vnd", {"fine_vnd": -1}),
        ("fine_vnd", {"fine_vnd": "3000000"}),
        ("fine_vnd", {"fine_vnd": 10**12}),
        ("fine_vnd", {"fine_vnd": True}),
        ("fine_vnd", {"fine_vnd": None}),
        ("issued_on", {"issued_on": "10/03/2026"}),
        ("issued_on", {"issued_on": "1926-03-10"}),
        ("received_on", {"received_on": "2026-02-30"}),
        ("received_on", {"received_on": "2026-01-01"}),
        ("term_days", {"term_days": 0}),
        ("term_days", {"term_days": 366}),
        ("behaviour", {"behaviour": ""}),
        ("behaviour", {"behaviour": "x" * 501}),
        ("authority", {"authority": "a\x00b"}),
        ("record_number", {"record_number": 77}),
        ("deadline_override.reason", {"deadline_override": {"date": "2026-03-01"}}),
        ("deadline_override.date", {"deadline_override": {"date": "2025-12-31", "reason": "x"}}),
        ("deadline_override.by", {"deadline_override": {"by": "x"}}),
        ("suspended[0]", {"suspended": [["2026-03-02", "2026-03-01"]]}),
        ("suspended[0]", {"suspended": [["2026-03-02"]]}),
        ("suspended", {"suspended": [["2026-03-01", "2026-03-02"]] * 21}),
        ("part_payments", {"part_payments": [{"on": "2026-03-01", "amount_vnd": 1_000_001}]}),
        ("part_payments[0].amount_vnd", {"part_payments": [{"on": "2026-03-01"}]}),
        ("budget.account", {"budget": {"account": "7111"}}),
        ("budget.chapter", {"budget": {"chapter": "0 9"}}),
        ("surcharge_vnd", {"surcharge_vnd": 0}),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, changes: dict[str, object]):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts(facts(**{"fine_vnd": 1_000_000, **changes}))
    assert refused.value.field == field


DUE = date(2026, 3, 20)
AMOUNTS = st.integers(1, 10**12 - 1)
MORE_THAN_PAID = st.integers(4 * 10**6, 10**12 - 1)
DAYS = st.integers(0, 3_000)
PERIODS = st.lists(st.tuples(st.integers(-50, 500), st.integers(0, 200)), max_size=5).map(
    lambda pairs: [
        [str(DUE + timedelta(start)), str(DUE + timedelta(start + length))]
        for start, length in pairs
    ]
)
PART_PAYMENTS = st.lists(st.tuples(st.integers(-30, 600), st.integers(1, 10**6)), max_size=4).map(
    lambda pairs: [{"on": str(DUE + timedelta(day)), "amount_vnd": amount} for day, amount in pairs]
)


def surcharge(fine_vnd: int, *, late: int, **changes: object) -> int:
    """Return the surcharge on the day `late` days after the deadline."""
    due = {"date": str(DUE), "reason": "x"}
    changed = facts(fine_vnd=fine_vnd, deadline_override=due, **changes)
    return parts(price(changed, on=DUE + timedelta(late))).get("late_surcharge", 0)


@given(AMOUNTS, st.integers(-100, 1))
def test_nothing_is_added_up_to_the_day_after_the_deadline(fine_vnd: int, late: int):
    assert surcharge(fine_vnd, late=late) == 0


@given(MORE_THAN_PAID, DAYS, PERIODS, PART_PAYMENTS)
def test_waiting_never_makes_the_surcharge_smaller(
    fine_vnd: int, late: int, suspended: list[object], paid: list[dict[str, object]]
):
    changes = {"suspended": suspended, "part_payments": paid}
    sooner, later = (surcharge(fine_vnd, late=day, **changes) for day in (late, late + 1))
    assert sooner <= later


@given(MORE_THAN_PAID, st.integers(1, 3_000), PERIODS, PART_PAYMENTS)
def test_the_surcharge_is_the_exact_sum_over_days_rounded_once(
    fine_vnd: int, late: int, suspended: list[list[str]], paid: list[dict[str, object]]
):
    exact = Fraction(0)
    for day in (DUE + timedelta(after) for after in range(1, late)):
        if any(first <= str(day) <= last for first, last in suspended):
            continue
        done = sum(int(str(each["amount_vnd"])) for each in paid if str(each["on"]) <= str(day))
        exact += Fraction(fine_vnd - done) * Fraction(5, 10_000)
    rounded = (exact + Fraction(1, 2)).__floor__()
    assert surcharge(fine_vnd, late=late, suspended=suspended, part_payments=paid) == rounded


@given(AMOUNTS, DAYS, DAYS)
def test_late_days_add_up_before_rounding(fine_vnd: int, first: int, second: int):
    read = read_fine(facts(fine_vnd=fine_vnd))

    def exact(*, after: int, days: int) -> Fraction:
        due = DUE + timedelta(after)
        return lateness(read, due=due, on=due + timedelta(days + 1), rates=RATES).exact

    assert exact(after=0, days=first + second) == exact(after=0, days=first) + exact(
        after=first, days=second
    )


@given(st.integers(1, 10**8), st.integers(1, 300), st.integers(0, 100), st.integers(1, 100))
def test_suspended_days_are_taken_away(fine_vnd: int, late: int, start: int, length: int):
    fine_vnd *= 2_000  # A whole number of dong a day, so that rounding has nothing to do.
    period = [str(DUE + timedelta(1 + start)), str(DUE + timedelta(start + length))]
    late_days = set(range(1, late))
    still = late_days & set(range(1 + start, 1 + start + length))
    assert surcharge(fine_vnd, late=late, suspended=[period]) == (
        fine_vnd // 2_000 * (len(late_days) - len(still))
    )
