"""What people type to ask the book."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.asked import NoInstant, day_of, form_day_of, instant_of
from ledger.exports.journal import instant_text


def test_a_day_is_read() -> None:
    assert day_of("2026-11-23") == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["", "23/11/2026", "2026-02-30", "now"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert day_of(text) is None


@pytest.mark.parametrize("text", ["23/11/2026", "2026-11-23"])
def test_forms_take_a_day_as_pages_show_it_too(text: str) -> None:
    assert form_day_of(text) == date(2026, 11, 23)


@pytest.mark.parametrize("text", ["", "30/02/2026", "11/23/2026", "23/11/26", "23/11/2026 "])
def test_what_is_no_day_on_a_form_is_none(text: str) -> None:
    assert form_day_of(text) is None


def test_an_instant_is_read_with_its_offset() -> None:
    assert instant_of("2026-11-23T17:00:00+07:00") == datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert instant_of("2026-11-23T10:00:00Z") == datetime(2026, 11, 23, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-23T17:00:00+07:00", "2026-11-23T10:00:00Z"])
def test_an_instant_comes_back_in_vietnam_time(text: str) -> None:
    instant = instant_of(text)
    assert isinstance(instant, datetime)
    assert instant.isoformat() == "2026-11-23T17:00:00+07:00"


@pytest.mark.parametrize("text", ["2026-11-23", "2026-11-23T17:00:00"])
def test_without_an_offset_it_is_no_instant(text: str) -> None:
    assert instant_of(text) is NoInstant.ZONELESS


@pytest.mark.parametrize(
    "text", ["", "now", "2026-11-23T17:00:00 07:00", "2026-11-23T17:00:00+25:00"]
)
def test_what_cannot_be_read_is_no_instant(text: str) -> None:
    assert instant_of(text) is NoInstant.UNREADABLE


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00+07:00", "1900-01-01T00:00:00+07:00", "9999-12-31T23:59:59-07:00"],
)
def test_what_no_book_can_hold_is_no_instant(text: str) -> None:
    assert instant_of(text) is NoInstant.OUTSIDE


@given(st.datetimes(datetime(2000, 1, 2), datetime(9998, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 (hypothesis adds the zone)
def test_an_instant_as_pages_print_it_is_read_back(instant: datetime) -> None:
    assert instant_of(instant_text(instant)) == instant


@given(st.text(max_size=40))
def test_nothing_typed_makes_trouble(text: str) -> None:
    day_of(text)
    form_day_of(text)
    instant_of(text)
