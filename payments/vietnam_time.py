"""Vietnam's clock: which date an instant falls on there, and how documents write it."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

VIETNAM: Final = ZoneInfo("Asia/Ho_Chi_Minh")


def vietnam_date(instant: datetime) -> date:
    """Return the date in Vietnam.

    Raises:
        ValueError: the instant has no zone.
    """
    return _aware(instant).astimezone(VIETNAM).date()


def vietnam_text(instant: datetime) -> str:
    """Return the instant in Vietnam time to the second, such as `2026-03-30T10:15:02+07:00`.

    Raises:
        ValueError: the instant has no zone.
    """
    return _aware(instant).astimezone(VIETNAM).isoformat(timespec="seconds")


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone names no moment")
    return instant
