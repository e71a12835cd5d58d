"""Now: the only place that reads the clock."""

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


def now() -> datetime:
    """Return this instant, aware, in UTC."""
    return datetime.now(UTC)


def vietnam_day(instant: datetime) -> date:
    """Return the day an instant falls on in Vietnam, which is the day of law."""
    return instant.astimezone(VIETNAM).date()


def monotonic_ms() -> int:
    """Return milliseconds that only ever grow, for measuring how long something takes."""
    return time.monotonic_ns() // 1_000_000
