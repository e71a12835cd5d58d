"""Vietnam's clock."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from payments.vietnam_time import vietnam_date, vietnam_text


def test_the_day_changes_at_midnight_in_vietnam():
    last = datetime(2026, 3, 20, 16, 59, 59, 999_999, tzinfo=UTC)
    assert vietnam_date(last) == date(2026, 3, 20)
    assert vietnam_date(last + timedelta(microseconds=1)) == date(2026, 3, 21)


def test_documents_show_seconds_and_the_offset():
    tokyo = datetime(2026, 3, 30, 12, 15, 2, 999, tzinfo=timezone(timedelta(hours=9)))
    assert vietnam_text(tokyo) == "2026-03-30T10:15:02+07:00"


def test_an_instant_without_a_zone_is_refused():
    bare = datetime(2026, 3, 30, 12, tzinfo=UTC).replace(tzinfo=None)
    for read in (vietnam_date, vietnam_text):
        with pytest.raises(ValueError, match="zone"):
            read(bare)
