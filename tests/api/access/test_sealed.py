"""Sealed words: unreadable, unchangeable, and not for ever."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from api.access.sealed import seal_for
from tests.api.access.browser import SETTINGS

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SEAL = seal_for(SETTINGS, "test", age_max_s=60)


@given(st.dictionaries(st.text(), st.text()))
def test_what_is_sealed_opens_unchanged(words: dict[str, str]) -> None:
    assert SEAL.open(SEAL.close(words, now=NOW), now=NOW) == words


def test_nothing_of_it_can_be_read() -> None:
    closed = SEAL.close({"plate": "29B1-678.90"}, now=NOW)
    assert "29B1" not in closed
    assert closed != SEAL.close({"plate": "29B1-678.90"}, now=NOW)


def test_it_opens_for_its_time_and_not_a_second_longer() -> None:
    closed = SEAL.close({}, now=NOW)
    assert SEAL.open(closed, now=NOW + timedelta(seconds=60)) == {}
    assert SEAL.open(closed, now=NOW + timedelta(seconds=61)) is None


def test_what_was_sealed_for_another_purpose_does_not_open() -> None:
    other = seal_for(SETTINGS, "other", age_max_s=60)
    assert other.open(SEAL.close({}, now=NOW), now=NOW) is None


def test_every_changed_sign_is_noticed() -> None:
    closed = SEAL.close({"a": "b"}, now=NOW)
    for place, sign in enumerate(closed.rstrip("=")[:-1]):
        other = "A" if sign != "A" else "B"
        assert SEAL.open(closed[:place] + other + closed[place + 1 :], now=NOW) is None


@given(st.text())
def test_no_text_opens(text: str) -> None:
    assert SEAL.open(text, now=NOW) is None
