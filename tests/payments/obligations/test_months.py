"""Months and days counted in months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import InputRefused
from payments.obligations.body import Body
from payments.obligations.months import last_day, months_after, read_month

DAYS = st.dates(date(2000, 1, 1), date(2080, 12, 31))
COUNTS = st.integers(0, 240)


def test_a_month_is_read_as_its_first_day():
    assert read_month(Body({"from_month": "2026-06"}), "from_month") == date(2026, 6, 1)


@pytest.mark.parametrize(
    "value", ["2026-13", "2026-00", "2026-6", "06/2026", "1999-12", "2100-01", "", None, 202606]
)
def test_what_is_no_month_is_refused_by_name(value: object):
    with pytest.raises(InputRefused) as refused:
        read_month(Body({"from_month": value}), "from_month")
    assert refused.value.field == "from_month"


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 8, 15), 0, date(2026, 8, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
    ],
)
def test_a_day_some_months_later_never_leaves_its_month(day: date, months: int, later: date):
    assert months_after(day, months) == later


@given(DAYS, COUNTS)
def test_months_add_up_from_the_first_of_a_month(day: date, months: int):
    first = day.replace(day=1)
    later = months_after(first, months)
    assert (later.year - first.year) * 12 + later.month - first.month == months
    assert later.day == 1


def test_a_period_ends_the_day_before_the_next_one():
    assert last_day(date(2026, 6, 1), months=6) == date(2026, 11, 30)
    assert last_day(date(2026, 8, 15), months=6) == date(2027, 2, 14)
