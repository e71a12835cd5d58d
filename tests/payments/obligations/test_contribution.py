"""Limits of a contribution, each on the last day of the old number and the first of the new."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from ledger.money import ZERO, Money
from payments.errors import PriceRefused, RateMissing
from payments.obligations.contribution import (
    RATES_USED,
    ContributionFacts,
    Method,
    contribution,
    income_floor,
    latest_day,
)
from payments.obligations.rates import Rates
from tests.payments.obligations.insured import RATES

ONE_DAY = timedelta(days=1)
FACTS = ContributionFacts(
    income=Money(2_500_000),
    group="khac",
    method=Method.M1,
    months=1,
    months_supported=0,
    first_month=date(2026, 6, 1),
    support_mode=None,
    local_support=ZERO,
    authority="",
    budget={},
)


def _code(facts: ContributionFacts, *, on: date) -> str:
    """Return the code of the refusal, '' when there is none."""
    try:
        contribution(replace(facts, first_month=on.replace(day=1)), on=on, rates=RATES)
    except PriceRefused as refused:
        return refused.code
    return ""


@pytest.mark.parametrize(
    ("day", "floor"),
    [
        ("2016-01-01", 700_000),
        ("2021-12-31", 700_000),
        ("2022-01-01", 1_500_000),
        ("2026-12-31", 1_500_000),
        ("2027-01-01", 2_200_000),
    ],
)
def test_the_floor_is_the_poverty_line_of_the_day_of_payment(day: str, floor: int):
    on = date.fromisoformat(day)
    assert income_floor(on=on, rates=RATES) == Money(floor)
    if on >= date(2018, 1, 1):
        assert _code(replace(FACTS, income=Money(floor)), on=on) == ""
        assert _code(replace(FACTS, income=Money(floor - 1)), on=on) == "INCOME_BELOW_FLOOR"


@pytest.mark.parametrize(
    ("day", "cap"),
    [
        ("2019-06-30", 27_800_000),
        ("2019-07-01", 29_800_000),
        ("2023-06-30", 29_800_000),
        ("2023-07-01", 36_000_000),
        ("2024-06-30", 36_000_000),
        ("2024-07-01", 46_800_000),
        ("2025-06-30", 46_800_000),
        ("2025-07-01", 46_800_000),
        ("2026-06-30", 46_800_000),
        ("2026-07-01", 50_600_000),
    ],
)
def test_the_cap_is_twenty_times_the_yardstick_of_the_day(day: str, cap: int):
    on = date.fromisoformat(day)
    assert _code(replace(FACTS, income=Money(cap)), on=on) == ""
    assert _code(replace(FACTS, income=Money(cap + 1)), on=on) == "INCOME_ABOVE_CAP"


@pytest.mark.parametrize(
    ("group", "before", "after"),
    [
        ("ho_ngheo", "0.30", "0.50"),
        ("ho_can_ngheo", "0.25", "0.40"),
        ("khac", "0.10", "0.20"),
        ("xa_dao_dac_khu", "", "0.50"),
        ("dan_toc_thieu_so", "", "0.30"),
    ],
)
def test_each_group_is_supported_by_the_law_of_the_day(group: str, before: str, after: str):
    facts = replace(FACTS, group=group)
    last, first = date(2025, 6, 30), date(2025, 7, 1)
    due = contribution(replace(facts, first_month=first), on=first, rates=RATES)
    assert due.support is not None
    assert due.support.rate.text == after
    if not before:
        assert _code(facts, on=last) == "GROUP_NOT_IN_FORCE"
        return
    due = contribution(replace(facts, first_month=date(2025, 6, 1)), on=last, rates=RATES)
    assert due.support is not None
    assert due.support.rate.text == before


def test_nobody_was_supported_before_2018():
    assert _code(FACTS, on=date(2017, 12, 31)) == "GROUP_NOT_IN_FORCE"
    assert _code(replace(FACTS, group="none"), on=date(2017, 12, 31)) == ""


@pytest.mark.parametrize(
    ("method", "months", "last"),
    [
        (Method.M1, 1, date(2026, 3, 31)),
        (Method.M3, 3, date(2026, 5, 31)),
        (Method.M6, 6, date(2026, 6, 30)),
        (Method.M12, 12, date(2026, 9, 30)),
    ],
)
def test_each_method_has_its_last_moment(method: Method, months: int, last: date):
    facts = replace(FACTS, method=method, months=months, first_month=date(2026, 3, 1))
    assert latest_day(facts, on=last, rates=RATES) == last
    assert contribution(facts, on=last, rates=RATES).payable.is_positive
    with pytest.raises(PriceRefused, match="register again") as refused:
        contribution(facts, on=last + ONE_DAY, rates=RATES)
    assert refused.value.code == "METHOD_TOO_LATE"


@pytest.mark.parametrize(
    ("method", "months", "day", "allowed"),
    [
        (Method.M1, 2, "2026-03-10", False),
        (Method.M3, 6, "2026-03-10", False),
        (Method.AHEAD, 12, "2026-03-10", False),
        (Method.AHEAD, 24, "2026-03-10", True),
        (Method.AHEAD, 30, "2026-03-10", False),
        (Method.AHEAD, 60, "2026-03-10", True),
        (Method.AHEAD, 72, "2026-03-10", False),
        (Method.BACK, 1, "2026-03-10", True),
        (Method.BACK, 60, "2026-03-10", True),
        (Method.BACK, 61, "2026-03-10", False),
        (Method.BACK, 120, "2024-06-30", True),
        (Method.BACK, 121, "2024-06-30", False),
    ],
)
def test_each_method_takes_its_own_months(method: Method, months: int, day: str, allowed: bool):  # noqa: FBT001 (a case of the table)
    code = _code(replace(FACTS, method=method, months=months), on=date.fromisoformat(day))
    assert code == ("" if allowed else "MONTHS_NOT_ALLOWED")


def test_the_limit_of_missing_time_fell_with_the_new_law():
    known = [RATES.in_force("social_insurance.back_months_max", on=day).whole for day in CHANGE]
    assert known == [120, 60]


CHANGE = (date(2025, 6, 30), date(2025, 7, 1))


def test_support_ends_inside_missing_time_and_bears_its_interest_until_then():
    facts = replace(FACTS, method=Method.BACK, months=30)
    on = date(2026, 4, 10)
    all_of_it = contribution(facts, on=on, rates=RATES)
    some = contribution(replace(facts, months_supported=110), on=on, rates=RATES)
    ten = contribution(replace(facts, months=10), on=on, rates=RATES)
    assert some.gross == all_of_it.gross
    assert abs(some.state.vnd - ten.state.vnd) <= 1
    assert some.state < all_of_it.state


def test_a_province_cannot_add_more_than_is_left_to_pay():
    on = date(2026, 6, 1)
    all_of_it = contribution(replace(FACTS, local_support=Money(484_000)), on=on, rates=RATES)
    assert (all_of_it.payable, all_of_it.state) == (ZERO, Money(66_000))
    assert _code(replace(FACTS, local_support=Money(484_001)), on=on) == "LOCAL_SUPPORT_ABOVE_DUE"


def test_a_province_adds_for_the_months_within_the_limit_only():
    facts = replace(FACTS, method=Method.M12, months=12, local_support=Money(10_000))
    due = contribution(replace(facts, months_supported=115), on=date(2026, 6, 1), rates=RATES)
    assert due.local == Money(50_000)


@pytest.mark.parametrize("missing", RATES_USED)
def test_a_number_that_is_missing_refuses_and_nothing_takes_its_place(missing: str):
    without = Rates({name: rows for name, rows in RATES.by_name.items() if name != missing})
    refusals = 0
    for method, months in ((Method.M1, 1), (Method.M3, 3), (Method.M6, 6), (Method.M12, 12)):
        refusals += _refuses(replace(FACTS, method=method, months=months), without)
    for method in (Method.AHEAD, Method.BACK):
        refusals += _refuses(replace(FACTS, method=method, months=24), without)
    for group in ("ho_ngheo", "xa_dao_dac_khu", "ho_can_ngheo", "dan_toc_thieu_so"):
        refusals += _refuses(replace(FACTS, group=group), without)
    is_told_only = missing == "social_insurance.income_step_dong"
    assert bool(refusals) != is_told_only


def _refuses(facts: ContributionFacts, rates: Rates) -> bool:
    try:
        contribution(facts, on=date(2026, 6, 1), rates=rates)
    except RateMissing:
        return True
    return False
