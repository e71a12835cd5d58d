"""When to tell again."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from payments.tell_plan import USUAL, TellPlan


def waits(plan: TellPlan, event_id: str) -> list[timedelta]:
    """Return every wait until the plan gives up."""
    found: list[timedelta] = []
    for attempts in range(1, 10_000):
        wait = plan.wait(event_id, attempts=attempts)
        if wait is None:
            return found
        found.append(wait)
    raise AssertionError("it never gives up")


def test_waits_double_up_to_ten_minutes():
    found = waits(USUAL, "evt_1")
    assert timedelta(seconds=4) <= found[0] <= timedelta(seconds=6)
    assert timedelta(seconds=8) <= found[1] <= timedelta(seconds=12)
    assert timedelta(minutes=8) <= found[-1] <= timedelta(minutes=12)


@given(event_id=st.text(min_size=1, max_size=40))
def test_f47_an_event_is_tried_for_about_three_days(event_id: str):
    waited = sum(waits(USUAL, event_id), start=timedelta(0))
    assert timedelta(hours=60) < waited < timedelta(hours=87)


def test_the_same_event_waits_the_same_and_others_do_not_come_back_together():
    assert USUAL.wait("evt_1", attempts=5) == USUAL.wait("evt_1", attempts=5)
    assert len({USUAL.wait(f"evt_{n}", attempts=5) for n in range(50)}) > 25


def test_a_plan_without_patience_gives_up_after_one_try():
    assert TellPlan(give_up_after=timedelta(0)).wait("evt_1", attempts=1) is None
