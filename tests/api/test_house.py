"""What every door is handed."""

from dataclasses import replace
from datetime import UTC, date, datetime

from api.house import House


def test_today_is_the_day_in_vietnam(house: House) -> None:
    late = replace(house, clock=lambda: datetime(2026, 11, 22, 17, 0, tzinfo=UTC))
    assert late.today() == date(2026, 11, 23)
