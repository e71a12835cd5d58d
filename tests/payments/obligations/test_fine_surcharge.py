"""The deadline of a fine, and the surcharge of every late day."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.errors import RateMissing
from payments.obligations.contract import PaidPart
from payments.obligations.fine_facts import read_fine
from payments.obligations.fine_surcharge import (
    credited,
    deadline,
    is_rest_day,
    lateness,
    left_of_instalments,
    rounded,
)
from payments.obligations.rates import load_rates, read_rates

RATES = load_rates()
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


def facts(**changes: object) -> dict[str, object]:
    kept = {"issued_on": "2026-01-02", "term_days": 10, "behaviour": "x", "authority": "y"}
    return {**kept, **changes}


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


def test_stretches_name_their_days_their_amount_and_what_does_not_count():
    read = read_fine(
        facts(
            fine_vnd=8_000_000,
            suspended=[["2026-03-24", "2026-03-25"]],
            part_payments=[{"on": "2026-03-28", "amount_vnd": 3_000_000}],
        )
    )
    late = lateness(read, due=DUE, on=date(2026, 3, 31), rates=RATES)
    told = [
        (str(each.first), str(each.last), each.days, each.base.vnd, each.rate is not None)
        for each in late.stretches
    ]
    assert told == [
        ("2026-03-21", "2026-03-23", 3, 8_000_000, True),
        ("2026-03-24", "2026-03-25", 2, 8_000_000, False),
        ("2026-03-26", "2026-03-27", 2, 8_000_000, True),
        ("2026-03-28", "2026-03-30", 3, 5_000_000, True),
    ]
    assert late.days == 8
    assert late.exact == 5 * 4_000 + 3 * 2_500


def test_days_after_the_fine_is_paid_cost_nothing_and_are_not_counted():
    read = read_fine(facts(fine_vnd=1_000_000))
    paid = [(date(2026, 3, 30), Money(1_000_000))]
    late = lateness(read, due=DUE, on=date(2026, 4, 30), rates=RATES, paid=paid)
    assert (late.days, late.exact) == (9, 4_500)


def test_money_fills_instalments_in_the_order_of_their_days():
    read = read_fine(facts(fine_vnd=15_000_000, instalments=PLAN))
    left = [
        tuple(each.vnd for each in left_of_instalments(read, credited=Money(paid)))
        for paid in (0, 6_000_000, 7_000_000, 15_000_000, 16_000_000)
    ]
    assert left == [
        (6_000_000, 5_000_000, 4_000_000),
        (0, 5_000_000, 4_000_000),
        (0, 4_000_000, 4_000_000),
        (0, 0, 0),
        (0, 0, 0),
    ]


PLAN = [
    {"due_on": "2026-04-10", "amount_vnd": 6_000_000},
    {"due_on": "2026-05-10", "amount_vnd": 5_000_000},
    {"due_on": "2026-06-10", "amount_vnd": 4_000_000},
]


def test_instalments_in_time_bear_no_surcharge_though_the_deadline_is_over():
    read = read_fine(facts(fine_vnd=15_000_000, instalments=PLAN))
    assert lateness(read, due=DUE, on=date(2026, 4, 11), rates=RATES).stretches == ()


def test_a_missed_instalment_alone_bears_a_surcharge_from_the_day_after_its_own():
    read = read_fine(facts(fine_vnd=15_000_000, instalments=PLAN))
    late = lateness(read, due=DUE, on=date(2026, 5, 13), rates=RATES)
    told = [(str(each.first), str(each.last), each.base.vnd) for each in late.stretches]
    assert told == [
        ("2026-04-11", "2026-05-12", 6_000_000),
        ("2026-05-11", "2026-05-12", 5_000_000),
    ]
    assert [each.instalment for each in late.stretches] == [1, 2]
    assert late.days == 32
    paid = [(date(2026, 4, 20), Money(6_000_000))]
    after = lateness(read, due=DUE, on=date(2026, 5, 13), rates=RATES, paid=paid)
    assert [(each.days, each.base.vnd) for each in after.stretches] == [
        (9, 6_000_000),
        (2, 5_000_000),
    ]


def test_days_late_before_the_plan_still_count_on_the_whole_fine():
    read = read_fine(facts(fine_vnd=15_000_000, instalments=PLAN, instalments_from="2026-03-25"))
    late = lateness(read, due=DUE, on=date(2026, 4, 13), rates=RATES)
    told = [(str(each.first), str(each.last), each.base.vnd) for each in late.stretches]
    assert told == [
        ("2026-03-21", "2026-03-24", 15_000_000),
        ("2026-04-11", "2026-04-12", 6_000_000),
    ]


def test_too_much_surcharge_paid_under_an_old_decision_counts_on_the_fine_from_that_day():
    # The corrected decision moved the deadline behind the payment: no surcharge was owed.
    read = read_fine(facts(fine_vnd=1_050_000))
    paid_on = date(2026, 3, 10)
    paid = [
        PaidPart("fine", Money(1_000_000), paid_on),
        PaidPart("late_surcharge", Money(50_000), paid_on),
    ]
    on_fine, on_surcharge = credited(read, due=DUE, paid=paid, rates=RATES)
    assert list(on_fine) == [(paid_on, Money(1_000_000)), (paid_on, Money(50_000))]
    assert on_surcharge == Money(0)


def test_a_surcharge_that_was_owed_stays_a_surcharge():
    read = read_fine(facts(fine_vnd=3_000_000))
    paid_on = date(2026, 3, 30)
    paid = [
        PaidPart("late_surcharge", Money(13_500), paid_on),
        PaidPart("fine", Money(3_000_000), paid_on),
    ]
    assert credited(read, due=DUE, paid=paid, rates=RATES) == (
        [(paid_on, Money(3_000_000))],
        Money(13_500),
    )


def test_only_a_sum_with_a_fraction_rests_on_the_rule_of_rounding():
    whole, broken = (
        lateness(read_fine(facts(fine_vnd=vnd)), due=DUE, on=date(2026, 3, 22), rates=RATES)
        for vnd in (2_000, 3_000)
    )
    assert rounded(whole, on=DUE, rates=RATES) == (Money(1), {"CONFIRMED"})
    assert rounded(broken, on=DUE, rates=RATES) == (Money(2), {"CONFIRMED", "UNCONFIRMED"})


def test_rest_days_are_saturdays_and_sundays():
    days = [date(2026, 3, 20) + timedelta(after) for after in range(4)]
    assert [is_rest_day(day) for day in days] == [False, True, True, False]


@given(AMOUNTS, DAYS, DAYS)
def test_late_days_add_up_before_rounding(fine_vnd: int, first: int, second: int):
    read = read_fine(facts(fine_vnd=fine_vnd))

    def exact(*, after: int, days: int) -> Fraction:
        due = DUE + timedelta(after)
        return lateness(read, due=due, on=due + timedelta(days + 1), rates=RATES).exact

    assert exact(after=0, days=first + second) == exact(after=0, days=first) + exact(
        after=first, days=second
    )


def surcharge(fine_vnd: int, *, late: int, **changes: object) -> int:
    """Return the surcharge on the day `late` days after the deadline."""
    read = read_fine(facts(fine_vnd=fine_vnd, **changes))
    on = DUE + timedelta(late)
    return rounded(lateness(read, due=DUE, on=on, rates=RATES), on=on, rates=RATES)[0].vnd


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


@given(st.integers(1, 10**8), st.integers(1, 300), st.integers(0, 100), st.integers(1, 100))
def test_suspended_days_are_taken_away(fine_vnd: int, late: int, start: int, length: int):
    fine_vnd *= 2_000  # A whole number of dong a day, so that rounding has nothing to do.
    period = [str(DUE + timedelta(1 + start)), str(DUE + timedelta(start + length))]
    late_days = set(range(1, late))
    still = late_days & set(range(1 + start, 1 + start + length))
    assert surcharge(fine_vnd, late=late, suspended=[period]) == (
        fine_vnd // 2_000 * (len(late_days) - len(still))
    )
