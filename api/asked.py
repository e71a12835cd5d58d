"""What people type to ask the book: business days, instants, spans."""

from datetime import UTC, date, datetime
from typing import Final

_YEARS: Final = range(2000, 9999)
"""The book holds nothing before; later no zone could be told."""


def day_of(text: str) -> date | None:
    """Return the day of a text like `2026-11-23`, None when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def instant_of(text: str) -> datetime | None:
    """Return the instant of a text like `2026-11-23T17:00:00+07:00`, None when it is none.

    Without an offset it is none: it would mean another moment elsewhere.
    """
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    if instant.tzinfo is None or instant.year not in _YEARS:
        return None
    return instant.astimezone(UTC)
