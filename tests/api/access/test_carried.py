"""What was typed is carried for an hour, for the one who typed it."""

from datetime import UTC, date, datetime, timedelta

from api.access.carried import CARRIED_AGE_MAX_S, carried, carry
from payments.look_up import Question
from tests.api.access.browser import SETTINGS

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
QUESTION = Question(number="0002/QĐ-XPHC", decided_on=date(2026, 10, 29), subject="29B1-678.90")


def test_the_question_comes_back_as_it_was() -> None:
    for question in (QUESTION, Question(number="1", decided_on=None, subject="2")):
        text = carry(SETTINGS, question, visitor="me", now=NOW)
        assert carried(SETTINGS, text, visitor="me", now=NOW) == question


def test_t05_nobody_else_can_use_it() -> None:
    text = carry(SETTINGS, QUESTION, visitor="me", now=NOW)
    assert carried(SETTINGS, text, visitor="you", now=NOW) is None


def test_after_an_hour_it_is_over() -> None:
    text = carry(SETTINGS, QUESTION, visitor="me", now=NOW)
    later = NOW + timedelta(seconds=CARRIED_AGE_MAX_S + 1)
    assert carried(SETTINGS, text, visitor="me", now=later) is None


def test_t17_nothing_personal_can_be_read_in_it() -> None:
    text = carry(SETTINGS, QUESTION, visitor="me", now=NOW)
    assert not any(part in text for part in ("0002", "29B1", "678"))
