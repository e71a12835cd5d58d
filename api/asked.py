"""What people type to ask the book: business days, instants, spans."""

import enum
from datetime import date, datetime
from typing import Final

from ledger.exports.journal import VIETNAM

_YEARS: Final = range(2000, 9999)
"""The book holds nothing before; later no zone could be told."""


class NoInstant(enum.Enum):
    """Why a text is no instant the book can be asked about."""

    UNREADABLE = "is not an instant"
    ZONELESS = "lacks its offset"
    OUTSIDE = "is outside the book's years, 2000 to 9998"


def day_of(text: str) -> date | None:
    """Return the day of a text like `2026-11-23`, None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def instant_of(text: str) -> datetime | NoInstant:
    """Return the instant of a text like `2026-11-23T17:00:00+07:00`, in Vietnam time, or why not.

    Without an offset it is none: it would mean another moment elsewhere.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return NoInstant.UNREADABLE
    if instant.tzinfo is None:
        return NoInstant.ZONELESS
    if instant.year not in _YEARS:
        return NoInstant.OUTSIDE
    return instant.astimezone(VIETNAM)
