"""What people type to ask the book: business days, instants, spans."""

import enum
import re
from datetime import date, datetime
from typing import Final

from ledger.exports.journal import VIETNAM

_YEARS: Final = range(2000, 9999)
"""The book holds nothing before; later no zone could be told."""


_VIETNAMESE_DAY: Final = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


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


def form_day_of(text: str) -> date | None:
    """Return the day of a text like `23/11/2026`, as pages show it, or `2026-11-23`."""
    found = _VIETNAMESE_DAY.fullmatch(text)
    if found is None:
        return day_of(text)
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
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
