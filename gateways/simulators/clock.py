"""The far sides' own time: the clock of the machine, and how Vietnam writes it."""

import time
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

VIETNAM: Final = timezone(timedelta(hours=7))


def now_ms() -> int:
    """Return the milliseconds since 1970 in UTC."""
    return time.time_ns() // 1_000_000


def digits(at_ms: int) -> str:
    """Return the fourteen digits of Vietnamese time that VNPAY writes."""
    return moment(at_ms).strftime("%Y%m%d%H%M%S")


def moment(at_ms: int) -> datetime:
    """Return the Vietnamese time of a count of milliseconds."""
    return datetime.fromtimestamp(at_ms // 1000, VIETNAM) + timedelta(milliseconds=at_ms % 1000)


def ms_of(at: datetime) -> int:
    """Return the count of milliseconds of an aware time."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def ms_of_digits(text: str) -> int:
    """Return the count of milliseconds of fourteen digits of Vietnamese time.

    Raises:
        ValueError: not fourteen digits, or no such moment.
    """
    if len(text) != 14 or not (text.isascii() and text.isdigit()):
        raise ValueError("a time is fourteen digits")
    return ms_of(datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=VIETNAM))
