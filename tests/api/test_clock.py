"""The clock, and the day of law."""

from datetime import UTC, date, datetime

from api import clock


def test_now_is_aware_and_in_utc() -> None:
    assert clock.now().tzinfo is UTC


def test_the_day_changes_at_midnight_in_vietnam() -> None:
    before = datetime(2026, 11, 22, 16, 59, 59, 999_999, tzinfo=UTC)
    after = datetime(2026, 11, 22, 17, 0, 0, tzinfo=UTC)
    assert clock.vietnam_day(before) == date(2026, 11, 22)
    assert clock.vietnam_day(after) == date(2026, 11, 23)
