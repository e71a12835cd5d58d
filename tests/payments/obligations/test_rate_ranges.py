"""What a number set by law can be: all of the file are, and slips are named."""

from datetime import date
from fractions import Fraction

import pytest

from payments.obligations.rate_findings import Flaw, check_rates
from payments.obligations.rate_ranges import has_range, why_implausible
from payments.obligations.rates import RATES_FILE, load_rates, read_rates
from payments.obligations.registry import KINDS


def test_every_series_of_the_file_and_every_used_one_has_bounds():
    used = {name for kind in KINDS.values() for name in kind.rates_used}
    for name in used | load_rates().by_name.keys():
        assert has_range(name), name


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("fines.surcharge_unit_dong", "0", "is not from 1 to 1,000,000"),
        ("fines.late_daily_rate", "5", "is not from 0.0001 to 0.01"),
        ("fines.late_daily_rate", "0", "is not from 0.0001 to 0.01"),
        ("fines.payment_term_days", "0", "is not from 1 to 365"),
        ("fines.payment_term_days", "1.5", "is not a whole number"),
        ("fines.payment_term_days", "366", "is not from 1 to 365"),
        ("fines.instalments_first_share", "1.01", "is not from 0.01 to 1"),
        ("social_insurance.state_support_khac", "1.01", "is not from 0 to 1"),
        ("social_insurance.months_m3", "1.5", "is not a whole number"),
        ("social_insurance.months_m3", "0", "is not from 1 to 60"),
        ("social_insurance.back_months_max", "0", "is not from 1 to 240"),
        ("health_insurance.period_months_year", "0", "is not from 1 to 240"),
        ("health_insurance.rounding_unit_dong", "0", "is not from 1 to 1,000,000"),
        ("health_insurance.monthly_rate", "4.5", "is not from 0.001 to 0.5"),
        ("fees.criminal_record", "0", "is not from 1 to 10,000,000,000"),
        ("fees.criminal_record", "0.5", "is not a whole number"),
        ("reference.base_salary", "0", "is not from 1 to 10,000,000,000"),
    ],
)
def test_an_absurd_number_is_named_with_its_bounds(name: str, value: str, why: str):
    assert why_implausible(name, Fraction(value)) == why


def test_a_file_with_an_absurd_number_is_refused_and_the_check_names_it():
    text = RATES_FILE.read_text(encoding="utf-8").replace('value = "0.0005"', 'value = "5"', 1)
    with pytest.raises(ValueError, match=r"fines\.late_daily_rate: 5 is not from"):
        read_rates(text)
    found = check_rates(text, used=[], today=date(2026, 11, 22), ahead_days=0)
    (flawed,) = [series for series in found if not series.is_sound]
    assert [(one.flaw, one.words) for one in flawed.findings] == [
        (Flaw.UNREADABLE, "5 is not from 0.0001 to 0.01")
    ]


def test_the_bounds_themselves_are_plausible():
    for value in ("0.0001", "0.0005", "0.01"):
        assert why_implausible("fines.late_daily_rate", Fraction(value)) == ""


def test_a_series_nobody_uses_has_no_bounds():
    assert why_implausible("a.b", Fraction(0)) == ""
    assert not has_range("a.b")
