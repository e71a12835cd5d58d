"""From when to when a new health insurance card holds, by the day of payment."""

import enum
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from payments.obligations.months import last_day, months_after
from payments.obligations.rates import Rates

RATES_USED: Final = (
    "health_insurance.card_gap_months",
    "health_insurance.card_gap_days",
    "health_insurance.card_wait_days",
)


class Continuity(enum.StrEnum):
    """How a new card follows the old one."""

    UNBROKEN = "unbroken"  # paid before the old card ended
    SHORT_GAP = "short_gap"
    LOST = "lost"  # a long gap: five years in a row are counted anew
    FIRST = "first"  # there was no card


@dataclass(frozen=True, slots=True)
class Card:
    """The days a new card holds, first and last included."""

    first: date
    last: date
    continuity: Continuity


def new_card(ended_on: date | None, *, months: int, paid_on: date, rates: Rates) -> Card:
    """Return the card a payment brings; `ended_on` is the old card's last day, None without one.

    Raises:
        RateMissing: the waiting time of that day is not known.
    Source: Decree 188/2025; before it Decision 505/QD-BHXH.
    """
    continuity = _continuity(ended_on, paid_on=paid_on, rates=rates)
    if ended_on is not None and continuity is Continuity.UNBROKEN:
        first = ended_on + timedelta(days=1)
    elif continuity is Continuity.SHORT_GAP:
        first = paid_on
    else:
        wait = rates.in_force("health_insurance.card_wait_days", on=paid_on).whole
        first = paid_on + timedelta(days=wait)
    return Card(first, last_day(first, months=months), continuity)


def _continuity(ended_on: date | None, *, paid_on: date, rates: Rates) -> Continuity:
    if ended_on is None:
        return Continuity.FIRST
    if paid_on <= ended_on:
        return Continuity.UNBROKEN
    months = rates.known("health_insurance.card_gap_months", on=paid_on)
    if months is not None:
        limit = months_after(ended_on, months.whole)
    else:
        days = rates.in_force("health_insurance.card_gap_days", on=paid_on).whole
        limit = ended_on + timedelta(days=days)
    return Continuity.SHORT_GAP if paid_on < limit else Continuity.LOST
