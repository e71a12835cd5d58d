"""Numbers set by law and the days they are in force."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.errors import RateMissing
from payments.obligations.rates import half_up, least_sure, load_rates, read_rates

TWO_ROWS = """
[[fines.late_daily_rate]]
value = "0.0005"
from = 2013-07-01
to = 2026-03-24
source = "Luật"
status = "CONFIRMED"

[[fines.late_daily_rate]]
value = "0.002"
from = 2026-03-26
source = "Luật"
status = "UNCONFIRMED"
"""


def test_a_number_holds_from_its_first_to_its_last_day():
    rates = read_rates(TWO_ROWS)
    first, last = date(2013, 7, 1), date(2026, 3, 24)
    assert rates.in_force("fines.late_daily_rate", on=first).text == "0.0005"
    assert rates.in_force("fines.late_daily_rate", on=last).text == "0.0005"
    assert rates.in_force("fines.late_daily_rate", on=date(2026, 3, 26)).text == "0.002"
    changes = {first, last + timedelta(1), date(2026, 3, 26)}
    assert rates.changes("fines.late_daily_rate") == changes


@pytest.mark.parametrize("day", [date(2013, 6, 30), date(2026, 3, 25)])
def test_a_day_without_a_number_is_refused(day: date):
    with pytest.raises(RateMissing, match=day.isoformat()):
        read_rates(TWO_ROWS).in_force("fines.late_daily_rate", on=day)


def test_a_name_without_rows_is_refused():
    with pytest.raises(RateMissing):
        read_rates(TWO_ROWS).in_force("fines.other", on=date(2026, 1, 1))


def test_a_fraction_is_no_whole_number():
    rate = read_rates(TWO_ROWS).in_force("fines.late_daily_rate", on=date(2020, 1, 1))
    with pytest.raises(ValueError, match=r"0\.0005"):
        _ = rate.whole


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"0.0005"', "0.0005"),
        ('"0.0005"', '"five"'),
        ('"0.0005"', "true"),
        ('"0.0005"', '"-1"'),
        ("from = 2013-07-01", 'from = "2013-07-01"'),
        ("from = 2013-07-01", "from = 2013-07-01T00:00:00"),
        ("from = 2013-07-01", "from = 2026-03-25"),
        ("to = 2026-03-24", "to = 2026-03-26"),
        ("to = 2026-03-24\n", ""),
        ('source = "Luật"\nstatus = "CONFIRMED"', 'status = "CONFIRMED"'),
        ('status = "CONFIRMED"', 'status = "SURE"'),
        ('status = "CONFIRMED"', 'status = "CONFIRMED"\nnote = "x"'),
        ('status = "CONFIRMED"', 'status = "CONFIRMED"\nthen = 1'),
        ('status = "UNCONFIRMED"', 'status = "UNCONFIRMED"\nthen = "a.b"'),
    ],
)
def test_a_file_that_breaks_its_rules_is_refused(old: str, new: str):
    assert old in TWO_ROWS
    with pytest.raises(ValueError, match=r"fines\.late_daily_rate"):
        read_rates(TWO_ROWS.replace(old, new, 1))


SURCHARGE = {
    "fines.payment_term_days": "10",
    "fines.unproven_receipt_term_days": "12",
    "fines.unproven_receipt_added_days": "2",
    "fines.late_daily_rate": "0.0005",
    "fines.surcharge_unit_dong": "1",
    "fines.deadline_rolls": "0",
}
"""The numbers of a late fine, and what the law says."""


@given(st.dates(date(2014, 10, 2), date(2099, 12, 31)))
def test_every_number_of_a_late_fine_is_known_for_every_day_since_2014(day: date):
    rates = load_rates()
    for name, text in SURCHARGE.items():
        assert rates.in_force(name, on=day).text == text


def test_before_its_first_day_a_number_is_refused():
    with pytest.raises(RateMissing):
        load_rates().in_force("fines.late_daily_rate", on=date(2013, 7, 1) - timedelta(1))


HOLE = """
[[fines.late_daily_rate]]
missing = true
from = 2026-03-25
to = 2026-03-25
source = "Không tìm thấy"
"""


def test_a_declared_hole_is_refused_like_any_other_day_without_a_number():
    rates = read_rates(TWO_ROWS + HOLE)
    assert rates.by_name == read_rates(TWO_ROWS).by_name
    with pytest.raises(RateMissing, match="2026-03-25"):
        rates.in_force("fines.late_daily_rate", on=date(2026, 3, 25))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("missing = true", "missing = false"),
        ("missing = true", "missing = 1"),
        ("missing = true", 'missing = true\nstatus = "CONFIRMED"'),
        ("missing = true", "missing = true\nvalue = 1"),
        ("to = 2026-03-25\n", ""),
        ("to = 2026-03-25", "to = 2026-03-24"),
        ("from = 2026-03-25", "from = 2026-03-24"),
        ('"Không tìm thấy"', '""'),
    ],
)
def test_a_hole_that_breaks_the_rules_is_refused(old: str, new: str):
    assert old in HOLE
    with pytest.raises(ValueError, match=r"fines\.late_daily_rate"):
        read_rates(TWO_ROWS + HOLE.replace(old, new, 1))


@pytest.mark.parametrize(
    "text", ["fines = 1", "[fines]\nlate_daily_rate = 1", "[[fines]]\nvalue = 1"]
)
def test_a_file_without_series_of_rows_is_refused(text: str):
    with pytest.raises(ValueError, match=r"stand under \[\[group.name\]\]"):
        read_rates(text)


def test_a_yardstick_counts_from_its_first_day_and_the_one_before_it_until_then():
    rates = load_rates()
    names = ("reference.base_salary", "reference.reference_level")
    assert rates.latest(names, on=date(2025, 6, 30)) == names[0]
    assert rates.latest(names, on=date(2025, 7, 1)) == names[1]
    assert rates.latest(names, on=date(2000, 1, 1)) == names[0]
    assert rates.first_day(names[1]) == date(2025, 7, 1)
    assert rates.first_day("reference.other") is None
    with pytest.raises(RateMissing):
        rates.latest((*names, "reference.other"), on=date(2025, 7, 1))


def test_the_reference_level_is_the_base_salary_as_long_as_no_law_says_otherwise():
    rates = load_rates()
    for row in rates.by_name["reference.reference_level"]:
        assert rates.in_force("reference.base_salary", on=row.first).value == row.value


@pytest.mark.parametrize(
    ("exact", "rounded"), [("1/2", 1), ("0.4999", 0), ("-1/2", 0), ("1.5", 2), ("2", 2)]
)
def test_half_a_dong_is_rounded_up(exact: str, rounded: int):
    unit = load_rates().in_force("fines.surcharge_unit_dong", on=date(2026, 1, 1))
    assert half_up(Fraction(exact), unit=unit) == Money(rounded)


def test_the_least_sure_number_decides():
    assert least_sure(["CONFIRMED", "UNCONFIRMED", "CONFIRMED-2ND"]) == "UNCONFIRMED"
    assert least_sure(["CONFIRMED-2ND", "CONFIRMED"]) == "CONFIRMED-2ND"
    assert least_sure([]) == "CONFIRMED"
