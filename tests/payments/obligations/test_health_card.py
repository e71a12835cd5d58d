"""From when a new card holds, and when years in a row are lost."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.errors import RateMissing
from payments.obligations.health_card import Continuity, new_card
from payments.obligations.rates import Rates
from tests.payments.obligations.insured import RATES

ENDED = date(2026, 7, 31)


@pytest.mark.parametrize(
    ("paid_on", "first", "continuity"),
    [
        (date(2026, 7, 1), date(2026, 8, 1), Continuity.UNBROKEN),
        (date(2026, 7, 31), date(2026, 8, 1), Continuity.UNBROKEN),
        (date(2026, 8, 1), date(2026, 8, 1), Continuity.SHORT_GAP),
        (date(2026, 8, 15), date(2026, 8, 15), Continuity.SHORT_GAP),
        (date(2026, 10, 28), date(2026, 10, 28), Continuity.SHORT_GAP),
        (date(2026, 10, 29), date(2026, 11, 28), Continuity.LOST),
        (date(2026, 11, 15), date(2026, 12, 15), Continuity.LOST),
    ],
)
def test_the_card_follows_the_day_of_payment(paid_on: date, first: date, continuity: Continuity):
    card = new_card(ENDED, months=6, paid_on=paid_on, rates=RATES)
    assert (card.first, card.continuity) == (first, continuity)


@pytest.mark.parametrize(
    ("ended_on", "paid_on", "continuity"),
    [
        (date(2025, 3, 31), date(2025, 6, 29), Continuity.SHORT_GAP),
        (date(2025, 3, 31), date(2025, 6, 30), Continuity.LOST),
        # Paid under the new law: 90 days, whenever the card ended.
        (date(2025, 4, 2), date(2025, 6, 30), Continuity.SHORT_GAP),
        (date(2025, 4, 2), date(2025, 7, 1), Continuity.LOST),
        (date(2025, 4, 3), date(2025, 7, 1), Continuity.SHORT_GAP),
    ],
)
def test_months_counted_until_june_2025_and_days_since(
    ended_on: date, paid_on: date, continuity: Continuity
):
    assert new_card(ended_on, months=6, paid_on=paid_on, rates=RATES).continuity is continuity


def test_a_first_card_holds_after_thirty_days_for_whole_months():
    card = new_card(None, months=6, paid_on=date(2026, 9, 1), rates=RATES)
    assert (card.first, card.last) == (date(2026, 10, 1), date(2027, 3, 31))
    assert card.continuity is Continuity.FIRST


@given(st.integers(0, 400), st.integers(0, 30))
def test_who_pays_later_is_never_insured_earlier(after_days: int, more_days: int):
    paid_on = ENDED + timedelta(days=after_days)
    first, second = (
        new_card(ENDED, months=3, paid_on=day, rates=RATES).first
        for day in (paid_on, paid_on + timedelta(days=more_days))
    )
    assert first <= second


def test_without_the_limit_of_the_day_there_is_no_answer():
    with pytest.raises(RateMissing):
        new_card(ENDED, months=3, paid_on=date(2026, 8, 2), rates=Rates({}))
    with pytest.raises(RateMissing):
        new_card(None, months=3, paid_on=date(2014, 12, 31), rates=RATES)
