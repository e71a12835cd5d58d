"""When to ask, and what an answer means by then."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.contract import Outcome
from payments.ask_plan import USUAL, AskPlan
from tests.payments.scene import LIFETIME, NOW

EXPIRES = NOW + LIFETIME
UNTIL = NOW + timedelta(days=3)


def times(plan: AskPlan, *, until: datetime = UNTIL) -> list[datetime]:
    """Return every instant at which an order created at NOW is asked about."""
    asked = [plan.first_ask_at(created_at=NOW)]
    while len(asked) < 1_000:
        following = plan.next_ask_at(
            asked_count=len(asked) - 1, now=asked[-1], expires_at=EXPIRES, until=until
        )
        if following is None:
            return asked
        asked.append(following)
    pytest.fail("an order is asked about without end")


def test_the_first_question_comes_after_a_minute():
    assert USUAL.first_ask_at(created_at=NOW) == NOW + timedelta(seconds=60)


def test_questions_come_ever_later_and_the_last_when_the_gateway_stops_answering():
    asked = times(USUAL)
    assert asked == sorted(set(asked))
    assert asked[-1] == UNTIL
    assert len(asked) < 200


def test_the_moment_after_which_never_came_counts_is_not_slept_through():
    assert EXPIRES + USUAL.not_started_margin in times(USUAL)


@given(
    first_s=st.integers(1, 600),
    longest_s=st.integers(1, 7_200),
    window_s=st.integers(1, 400_000),
)
def test_waits_never_exceed_the_longest_nor_pass_the_window(
    first_s: int, longest_s: int, window_s: int
):
    plan = AskPlan(first=timedelta(seconds=first_s), interval_max=timedelta(seconds=longest_s))
    until = NOW + timedelta(seconds=window_s)
    now = NOW
    for asked_count in range(50):
        following = plan.next_ask_at(
            asked_count=asked_count, now=now, expires_at=EXPIRES, until=until
        )
        if following is None:
            assert now >= until
            break
        assert now < following <= until
        assert following - now <= plan.interval_max
        now = following


def test_f22_never_came_ends_nothing_before_the_time_is_over():
    for at in (NOW, EXPIRES, EXPIRES + USUAL.not_started_margin - timedelta(seconds=1)):
        meaning = USUAL.meaning(Outcome.NOT_STARTED, expires_at=EXPIRES, now=at)
        assert meaning is Outcome.NOT_STARTED


def test_never_came_is_the_end_once_the_time_is_over():
    at = EXPIRES + USUAL.not_started_margin
    assert USUAL.meaning(Outcome.NOT_STARTED, expires_at=EXPIRES, now=at) is Outcome.EXPIRED


def test_not_finished_is_given_longer_than_never_came():
    soon = EXPIRES + USUAL.not_started_margin
    late = EXPIRES + USUAL.pending_margin
    assert USUAL.meaning(Outcome.PENDING, expires_at=EXPIRES, now=soon) is Outcome.PENDING
    assert USUAL.meaning(Outcome.PENDING, expires_at=EXPIRES, now=late) is Outcome.EXPIRED


def test_every_other_word_keeps_its_meaning_for_ever():
    for outcome in set(Outcome) - {Outcome.NOT_STARTED, Outcome.PENDING}:
        at = EXPIRES + timedelta(days=30)
        assert USUAL.meaning(outcome, expires_at=EXPIRES, now=at) is outcome
