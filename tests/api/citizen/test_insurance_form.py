"""What people type into the calculators, read as facts."""

from datetime import date

import pytest

from api.citizen.insurance_form import InsuranceForm, health_asked, limits, periods, social_asked
from api.language import Language, read_speeches
from ledger.money import Money
from payments.obligations.rates import Rates, load_rates

RATES = load_rates()
VI = read_speeches()[Language.VI]
ON = date(2026, 11, 23)


def _social(**typed: str) -> InsuranceForm:
    return InsuranceForm(**({"income": "2500000", "first_month": "11/2026"} | typed))  # pyright: ignore[reportArgumentType] (every field is a text)


@pytest.mark.parametrize("income", ["2500000", "2.500.000", "2,500,000 đ", " 2.500.000đồng "])
@pytest.mark.parametrize("month", ["11/2026", " 11 / 2026 ", "11-2026", "11.2026"])
def test_amounts_and_months_are_read_as_people_write_them(income: str, month: str) -> None:
    asked = social_asked(_social(income=income, first_month=month), VI, on=ON, rates=RATES)
    assert asked.wrong == {}
    assert (asked.facts["income_vnd"], asked.facts["from_month"]) == (2_500_000, "2026-11")


@pytest.mark.parametrize(("method", "months"), [("M1", 1), ("M3", 3), ("M6", 6), ("M12", 12)])
def test_a_period_brings_its_months_whatever_was_typed(method: str, months: int) -> None:
    asked = social_asked(_social(method=method, months="7"), VI, on=ON, rates=RATES)
    assert asked.facts["months"] == months


def test_every_wrong_field_is_named_at_once() -> None:
    form = _social(income="much", group="x", first_month="now", supported="none")
    asked = social_asked(form, VI, on=ON, rates=RATES)
    assert asked.wrong.keys() == {"income", "group", "first_month", "supported"}
    assert asked.facts == {}
    asked = health_asked(
        InsuranceForm(members="", joined="", period="", ended="x"), VI, on=ON, rates=RATES
    )
    assert asked.wrong.keys() == {"members", "joined", "period", "ended"}


def test_who_pays_now_follows_those_who_paid_this_year() -> None:
    form = InsuranceForm(members="2", joined="3", period="6", ended="31/10/2026")
    assert health_asked(form, VI, on=ON, rates=RATES).facts == {
        "members": [
            {"order": 4, "months": 6, "card_ended_on": "2026-10-31"},
            {"order": 5, "months": 6, "card_ended_on": "2026-10-31"},
        ]
    }


def test_the_limits_named_are_those_of_the_day() -> None:
    assert limits(on=ON, rates=RATES) == {
        "floor": Money(1_500_000),
        "cap": Money(50_600_000),
        "ahead_least": 24,
        "ahead_most": 60,
        "back_most": 60,
    }
    assert periods(VI, on=ON, rates=RATES) == {"3": "3 tháng", "6": "6 tháng", "12": "12 tháng"}
    assert limits(on=ON, rates=Rates({})) == periods(VI, on=ON, rates=Rates({})) == {}
