"""What is asked of an export, and the dates around it."""

from datetime import UTC, date, datetime

import pytest

from ledger.accounts import Account, AccountKind
from ledger.exports.journal import TYPES, Journal, Span, instant_text
from ledger.money import Money
from tests.ledger.samples import DAY, NEXT_DAY, NOW

GAIN = Account(AccountKind.GAIN, "")


def journal(*, first: date | None = None, days: tuple[date, ...] = ()) -> Journal:
    return Journal(Span(first=first, last=None, recorded_by=NOW), days, {}, {GAIN: Money(1)}, [])


def test_a_span_does_not_end_before_it_begins() -> None:
    assert Span(first=DAY, last=DAY, recorded_by=NOW).day_before == date(2026, 11, 19)
    with pytest.raises(ValueError, match="2026-11-20 is before 2026-11-21"):
        Span(first=NEXT_DAY, last=DAY, recorded_by=NOW)


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="names no moment"):
        Span(first=None, last=None, recorded_by=datetime(2026, 11, 20))  # noqa: DTZ001 (the point)


def test_nothing_stands_before_the_first_day_of_all() -> None:
    assert Span(first=None, last=None, recorded_by=NOW).day_before is None
    assert Span(first=date.min, last=None, recorded_by=NOW).day_before is None


def test_days_are_told_in_words() -> None:
    assert Span(first=None, last=DAY, recorded_by=NOW).days_text == "from the first to 2026-11-20"
    assert Span(first=DAY, last=None, recorded_by=NOW).days_text == "from 2026-11-20 to the last"


def test_a_journal_opens_the_day_before_or_with_its_first_day() -> None:
    assert journal(first=NEXT_DAY, days=(NEXT_DAY,)).opened_on == DAY
    assert journal(days=(DAY, NEXT_DAY)).opened_on == DAY


def test_a_journal_closes_on_its_last_day_with_lines_or_as_it_opened() -> None:
    assert journal(days=(DAY, NEXT_DAY)).closed_on == NEXT_DAY
    assert journal(first=NEXT_DAY).closed_on == DAY


def test_instants_are_told_in_vietnam_time() -> None:
    instant = datetime(2026, 11, 20, 18, 30, 0, 5, tzinfo=UTC)
    assert instant_text(instant) == "2026-11-21T01:30:00.000005+07:00"


def test_every_kind_of_account_has_its_type() -> None:
    assert set(TYPES) == set(AccountKind)
