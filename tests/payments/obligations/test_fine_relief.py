"""Relief on a fine, by the law of the day it was granted."""

from collections.abc import Mapping
from datetime import date

import pytest

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.contract import Facts
from payments.obligations.fine_facts import kept_fine, read_fine
from payments.obligations.fine_relief import RATES_USED, deferred, in_instalments
from tests.payments.owed import FINE_FACTS, RATES

TODAY = date(2026, 4, 1)


def facts(fine: int, *, person: str = "individual", issued_on: str = "2026-03-10") -> Facts:
    changed: Mapping[str, object] = {
        **FINE_FACTS,
        "fine_vnd": fine,
        "person": person,
        "issued_on": issued_on,
        "received_on": issued_on,
    }
    return kept_fine(read_fine(changed))


def test_deferred_days_are_added_to_those_that_cost_nothing():
    first = deferred(
        facts(2_000_000),
        first=date(2026, 4, 1),
        last=date(2026, 4, 30),
        granted_on=TODAY,
        rates=RATES,
    )
    again = deferred(
        first, first=date(2026, 5, 2), last=date(2026, 5, 3), granted_on=TODAY, rates=RATES
    )
    assert again["suspended"] == [["2026-04-01", "2026-04-30"], ["2026-05-02", "2026-05-03"]]
    assert read_fine(again).is_suspended(date(2026, 4, 30))


@pytest.mark.parametrize(
    ("fine", "person", "granted_on", "is_allowed"),
    [
        (2_000_000, "individual", date(2022, 1, 1), True),
        (1_999_999, "individual", date(2022, 1, 1), False),
        (2_999_999, "individual", date(2021, 12, 31), False),
        (3_000_000, "individual", date(2021, 12, 31), True),
        (100_000_000, "organisation", date(2022, 1, 1), True),
        (99_999_999, "organisation", date(2022, 1, 1), False),
        (900_000_000, "organisation", date(2021, 12, 31), False),
    ],
)
def test_a_fine_is_deferred_from_what_the_law_of_the_day_says(
    *, fine: int, person: str, granted_on: date, is_allowed: bool
):
    given = facts(fine, person=person, issued_on="2021-12-01")
    period = {"first": granted_on, "last": granted_on}
    if is_allowed:
        assert deferred(given, **period, granted_on=granted_on, rates=RATES)["suspended"]
    else:
        with pytest.raises(InputRefused, match="act"):
            deferred(given, **period, granted_on=granted_on, rates=RATES)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 4, 1), date(2026, 7, 1)),  # a day more than three months
        (date(2026, 4, 2), date(2026, 4, 1)),
        (date(2026, 3, 9), date(2026, 4, 1)),  # before the decision
    ],
)
def test_a_period_that_cannot_be_is_refused(first: date, last: date):
    with pytest.raises(InputRefused, match="period"):
        deferred(facts(5_000_000), first=first, last=last, granted_on=TODAY, rates=RATES)


def test_days_are_not_deferred_twice():
    once = deferred(
        facts(5_000_000), first=TODAY, last=date(2026, 6, 30), granted_on=TODAY, rates=RATES
    )
    with pytest.raises(InputRefused, match="overlaps"):
        deferred(once, first=TODAY, last=TODAY, granted_on=TODAY, rates=RATES)


def split(*parts: tuple[date, int], fine: int = 20_000_000, on: date = TODAY) -> Facts:
    amounts = [(day, Money(amount)) for day, amount in parts]
    return in_instalments(facts(fine), parts=amounts, granted_on=on, rates=RATES)


def test_instalments_are_kept_with_the_day_they_were_granted():
    plan = split((date(2026, 4, 30), 8_000_000), (date(2026, 9, 10), 12_000_000))
    assert len(read_fine(plan).instalments) == 2
    assert plan["instalments_from"] == "2026-04-01"


@pytest.mark.parametrize(
    "parts",
    [
        [(date(2026, 4, 30), 20_000_000)],
        [(date(2026, month, 1), 5_000_000) for month in (4, 5, 6, 7)],
        [(date(2026, 4, 30), 7_999_999), (date(2026, 5, 30), 12_000_001)],
        [(date(2026, 4, 30), 8_000_000), (date(2026, 9, 11), 12_000_000)],
        [(date(2026, 4, 30), 8_000_000), (date(2026, 4, 30), 12_000_000)],
    ],
)
def test_instalments_the_law_does_not_know_are_refused(parts: list[tuple[date, int]]):
    with pytest.raises(InputRefused, match="instalments"):
        split(*parts)


def test_the_least_first_instalment_is_told_per_cent():
    with pytest.raises(InputRefused, match="less than 40 %"):
        split((date(2026, 4, 30), 7_999_999), (date(2026, 5, 30), 12_000_001))


def test_a_small_fine_is_paid_at_once():
    parts = ((date(2026, 4, 30), 7_000_000), (date(2026, 5, 30), 7_999_999))
    with pytest.raises(InputRefused, match="15000000"):
        split(*parts, fine=14_999_999)


def test_every_limit_is_in_force_today():
    for name in RATES_USED:
        assert RATES.in_force(name, on=TODAY)
