"""What guards look-ups: three counters, work from the third try, and an alarm that rings once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from structlog.testing import capture_logs

from api.access import look_up_quotas as limits
from api.access.look_up_quotas import (
    Facts,
    LookUpQuotas,
    PartnerQuotas,
    Standing,
    TooFast,
    WorkWanted,
)
from api.access.quotas import DAY, MINUTE, TooManyTries
from api.access.tries import Limit, MemoryTries

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
_works = (Limit(("work", str(number)), 1, DAY) for number in count())


@pytest.fixture
def guard() -> LookUpQuotas:
    """Give quotas with nothing counted."""
    return LookUpQuotas(MemoryTries())


def _passes(guard: LookUpQuotas, *, now: datetime = NOW, **other: str) -> bool:
    """Say whether a look-up with all work done is let through."""
    asked = {"source": "s", "visitor": "v", "number": "n", "second_fact": "f"} | other
    try:
        guard.begin(
            Facts(asked["number"], asked["second_fact"]),
            source=asked["source"],
            visitor=asked["visitor"],
            now=now,
            work=next(_works),
        )
    except TooManyTries:
        return False
    return True


def _minutes() -> Iterator[datetime]:
    return (NOW + MINUTE * number for number in count())


def test_t01_one_fine_is_guessed_at_five_times_a_day(guard: LookUpQuotas) -> None:
    assert sum(_passes(guard) for _ in range(9)) == limits.WRONG_PER_SOURCE_MAX
    assert sum(_passes(guard, now=NOW + DAY) for _ in range(9)) == limits.WRONG_PER_SOURCE_MAX


def test_t02_one_plate_is_sprayed_over_five_fines_a_day(guard: LookUpQuotas) -> None:
    passed = sum(_passes(guard, number=str(number)) for number in range(9))
    assert passed == limits.WRONG_PER_SOURCE_MAX


def test_t04_wrong_guesses_of_others_do_not_lock_the_owner_out(guard: LookUpQuotas) -> None:
    for _ in range(9):
        _passes(guard, source="attacker", visitor="attacker")
    assert _passes(guard, source="owner")


def test_t01_many_sources_together_stay_under_the_higher_limit(guard: LookUpQuotas) -> None:
    passed = sum(_passes(guard, source=f"{s % 100}", visitor=f"{s}") for s in range(1_000))
    assert passed == limits.WRONG_IN_ALL_MAX


def test_t01_slow_guessing_by_many_ends_in_the_month(guard: LookUpQuotas) -> None:
    passed = sum(
        _passes(guard, source=f"{s}", visitor=f"{s}", second_fact=f"{s}", now=NOW + DAY * day)
        for day in range(29)
        for s in range(50)
    )
    assert passed == limits.WRONG_IN_MONTH_MAX


def test_right_tries_are_not_counted_as_wrong(guard: LookUpQuotas) -> None:
    for _, now in zip(range(limits.WRONG_PER_SOURCE_MAX * 2), _minutes(), strict=False):
        assert _passes(guard, now=now)
        guard.was_right(Facts("n", "f"), source="s", now=now)


def test_look_ups_of_one_source_are_counted_whatever_they_find(guard: LookUpQuotas) -> None:
    asked = [{"number": f"{n}", "second_fact": f"{n}", "visitor": f"{n}"} for n in range(100)]
    at_once = sum(_passes(guard, now=NOW, **one) for one in asked)
    assert at_once == limits.LOOK_UPS_PER_MINUTE_MAX
    later = zip(asked, _minutes(), strict=False)
    passed = sum(_passes(guard, now=now, **one) for one, now in later)
    assert passed == limits.LOOK_UPS_PER_DAY_MAX - limits.LOOK_UPS_PER_MINUTE_MAX


def test_look_ups_of_one_browser_are_counted_across_sources(guard: LookUpQuotas) -> None:
    passed = sum(
        _passes(guard, number=f"{n}", second_fact=f"{n}", source=f"{n}") for n in range(30)
    )
    assert passed == limits.LOOK_UPS_PER_VISITOR_MAX


def test_the_third_look_up_of_a_day_wants_work(guard: LookUpQuotas) -> None:
    assert guard.standing(source="s", visitor="v", now=NOW) is Standing.FREE
    assert guard.begin(Facts("1", "1"), source="s", visitor="v", now=NOW) is Standing.FREE
    assert guard.begin(Facts("2", "2"), source="s", visitor="v", now=NOW) is Standing.WORK
    for visitor, source in (("v", "other"), ("other", "s")):
        with pytest.raises(WorkWanted):
            guard.begin(Facts("3", "3"), source=source, visitor=visitor, now=NOW)
    assert guard.begin(Facts("3", "3"), source="new", visitor="new", now=NOW) is Standing.FREE
    assert guard.standing(source="s", visitor="v", now=NOW + DAY) is Standing.FREE


def test_work_lets_one_look_up_through_and_no_second(guard: LookUpQuotas) -> None:
    for number in range(2):
        guard.begin(Facts(f"{number}", "f"), source="s", visitor="v", now=NOW)
    work = next(_works)
    guard.begin(Facts("3", "3"), source="s", visitor="v", now=NOW, work=work)
    with pytest.raises(WorkWanted):
        guard.begin(Facts("4", "4"), source="s", visitor="v", now=NOW, work=work)


def test_no_work_is_asked_for_where_it_would_not_help(guard: LookUpQuotas) -> None:
    for number in range(limits.WRONG_PER_SOURCE_MAX):
        _passes(guard, visitor=f"{number}")
    with pytest.raises(TooManyTries):
        guard.begin(Facts("n", "other"), source="s", visitor="new", now=NOW)


def test_who_only_asks_too_fast_is_told_apart(guard: LookUpQuotas) -> None:
    for number in range(limits.LOOK_UPS_PER_MINUTE_MAX):
        assert _passes(guard, number=str(number), second_fact=str(number), visitor=str(number))
    with pytest.raises(TooFast):
        guard.begin(Facts("x", "y"), source="s", visitor="w", now=NOW, work=next(_works))
    for _ in range(limits.WRONG_PER_SOURCE_MAX):
        _passes(guard, source="t")
    with pytest.raises(TooManyTries) as refused:
        guard.begin(Facts("n", "f"), source="t", visitor="w", now=NOW, work=next(_works))
    assert not isinstance(refused.value, TooFast)


def test_a_used_up_source_is_told_so(guard: LookUpQuotas) -> None:
    for number, now in zip(range(limits.LOOK_UPS_PER_DAY_MAX), _minutes(), strict=False):
        _passes(guard, number=f"{number}", second_fact=f"{number}", visitor=f"{number}", now=now)
    later = NOW + timedelta(hours=2)
    assert guard.standing(source="s", visitor="new", now=later) is Standing.USED_UP
    with pytest.raises(TooManyTries):
        guard.begin(Facts("x", "x"), source="s", visitor="new", now=later)


def _miss(guard: LookUpQuotas, number: int, *, now: datetime) -> None:
    name = f"{number}"
    _passes(guard, number=name, second_fact=name, source=name, visitor=name, now=now)
    guard.was_wrong(now=now)


def test_many_misses_raise_one_alarm_and_double_the_work() -> None:
    store = MemoryTries()
    guard = LookUpQuotas(store)
    with capture_logs() as logs:
        for number in range(200):
            now = NOW + timedelta(seconds=number)
            _miss(guard, number, now=now)
    assert [log["event"] for log in logs] == ["look_up.under_attack"]
    assert guard.work_factor(now=NOW + timedelta(seconds=200)) == limits.WORK_UNDER_ATTACK
    assert LookUpQuotas(store).work_factor(now=NOW + timedelta(seconds=200)) == 2
    assert guard.work_factor(now=NOW + MINUTE * 10) == 1


def test_some_misses_among_many_finds_are_no_attack(guard: LookUpQuotas) -> None:
    with capture_logs() as logs:
        for number in range(200):
            name, now = f"{number}", NOW + timedelta(seconds=number)
            _passes(guard, number=name, second_fact=name, source=name, visitor=name, now=now)
            if number % 2:
                guard.was_wrong(now=now)
            else:
                guard.was_right(Facts(name, name), source=name, now=now)
    assert not logs
    assert guard.work_factor(now=NOW + timedelta(seconds=200)) == 1


def test_few_look_ups_are_no_attack_whatever_they_find(guard: LookUpQuotas) -> None:
    for number in range(limits.ATTACK_LOOKED_MIN - 1):
        _miss(guard, number, now=NOW)
    assert guard.work_factor(now=NOW + MINUTE) == 1


def _partner_passes(guard: PartnerQuotas, *, now: datetime = NOW, **other: str) -> bool:
    asked = {"partner": "p", "number": "n", "second_fact": "f"} | other
    try:
        guard.begin(Facts(asked["number"], asked["second_fact"]), partner=asked["partner"], now=now)
    except TooManyTries:
        return False
    return True


def test_a_partners_key_guesses_at_one_number_no_more_than_a_citizen() -> None:
    guard = PartnerQuotas(MemoryTries())
    passed = sum(_partner_passes(guard, second_fact=f"{n}") for n in range(20))
    assert passed == limits.WRONG_PER_SOURCE_MAX
    assert _partner_passes(guard, partner="other")


def test_a_partners_right_look_ups_use_up_nothing_but_the_minute() -> None:
    guard = PartnerQuotas(MemoryTries())
    for _ in range(limits.PARTNER_PER_MINUTE_MAX):
        assert _partner_passes(guard)
        guard.was_right(Facts("n", "f"), partner="p", now=NOW)
    assert not _partner_passes(guard)
    assert _partner_passes(guard, now=NOW + MINUTE)


def test_a_partners_wrong_look_ups_end_for_the_day() -> None:
    guard = PartnerQuotas(MemoryTries())
    passed = sum(
        _partner_passes(guard, number=f"{n}", second_fact=f"{n}", now=NOW + MINUTE * (n // 500))
        for n in range(limits.PARTNER_WRONG_PER_DAY_MAX + 100)
    )
    assert passed == limits.PARTNER_WRONG_PER_DAY_MAX
