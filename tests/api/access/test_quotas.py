"""Limits: counted together, by source, never by what a header claims."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import quotas
from api.access.quotas import (
    DAY,
    MINUTE,
    LookUpQuotas,
    Quota,
    SignInQuotas,
    TooManyTries,
    Tries,
    address_of,
    source_of,
)
from tests.api.access.browser import request

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def _tries(guard: LookUpQuotas, count: int, *, now: datetime = NOW, **facts: str) -> int:
    """Return how many of some look-ups were let through."""
    usual = {"source": "s", "visitor": "v", "number": "n", "second_fact": "f"} | facts
    return sum(_passes(guard, now=now, **usual) for _ in range(count))


def _passes(guard: LookUpQuotas, *, now: datetime, **facts: str) -> bool:
    try:
        guard.begin(now=now, **facts)
    except TooManyTries:
        return False
    return True


def test_a_window_begins_with_its_first_try_and_ends() -> None:
    quota = Quota(2, MINUTE)
    for _ in range(2):
        assert quota.is_open("key", now=NOW)
        quota.count("key", now=NOW)
    assert not quota.is_open("key", now=NOW + timedelta(seconds=59))
    assert quota.is_open("key", now=NOW + MINUTE)
    assert quota.is_open("other", now=NOW)


def test_a_refused_try_counts_nowhere() -> None:
    tries, small, large = Tries(), Quota(1, MINUTE), Quota(5, MINUTE)
    tries.take([(large, "k"), (small, "k")], now=NOW)
    for _ in range(9):
        with pytest.raises(TooManyTries):
            tries.take([(large, "k"), (small, "k")], now=NOW)
    tries.take([(large, "k")] * 1, now=NOW)
    assert large.is_open("k", now=NOW)


def test_the_counters_themselves_are_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quotas, "KEYS_MAX", 100)
    quota = Quota(1, DAY)
    for key in range(10_000):
        quota.count(key, now=NOW)
    assert not quota.is_open(9_999, now=NOW)
    assert quota.is_open(0, now=NOW)


def test_t01_one_fine_is_guessed_at_five_times_a_day() -> None:
    guard = LookUpQuotas()
    assert _tries(guard, 9) == quotas.WRONG_PER_SOURCE_MAX
    assert _tries(guard, 9, now=NOW + DAY) == quotas.WRONG_PER_SOURCE_MAX


def test_t02_one_plate_is_sprayed_over_five_fines_a_day() -> None:
    guard = LookUpQuotas()
    allowed = sum(_tries(guard, 1, number=f"{number}") for number in range(9))
    assert allowed == quotas.WRONG_PER_SOURCE_MAX


def test_t04_wrong_guesses_of_others_do_not_lock_the_owner_out() -> None:
    guard = LookUpQuotas()
    assert _tries(guard, 9, source="attacker") == quotas.WRONG_PER_SOURCE_MAX
    assert _tries(guard, 1, source="owner") == 1


def test_t01_many_sources_together_stay_under_the_higher_limit() -> None:
    guard = LookUpQuotas()
    allowed = sum(_tries(guard, 9, source=f"{s}", visitor=f"{s}") for s in range(1_000))
    assert allowed == quotas.WRONG_IN_ALL_MAX


def test_right_tries_are_not_counted_as_wrong() -> None:
    guard = LookUpQuotas()
    for _ in range(quotas.WRONG_PER_SOURCE_MAX * 2 - 2):
        assert _tries(guard, 1) == 1
        guard.was_right(source="s", number="n", second_fact="f")
    assert _tries(guard, 1) == 1


def test_look_ups_of_one_source_are_counted_whatever_they_find() -> None:
    guard = LookUpQuotas()
    allowed = sum(
        _tries(guard, 1, number=f"{n}", second_fact=f"{n}", visitor=f"{n}") for n in range(30)
    )
    assert allowed == quotas.LOOK_UPS_PER_MINUTE_MAX


def test_look_ups_of_one_browser_are_counted_across_sources() -> None:
    guard = LookUpQuotas()
    allowed = sum(
        _tries(guard, 1, number=f"{n}", second_fact=f"{n}", source=f"{n}") for n in range(30)
    )
    assert allowed == quotas.LOOK_UPS_PER_VISITOR_MAX


def test_t01_a_flood_from_a_thousand_sources_passes_a_few_times_per_fine() -> None:
    guard, passed = LookUpQuotas(), 0
    for guess in range(100_000):
        passed += _passes(
            guard,
            now=NOW,
            source=f"{guess % 1_000}",
            visitor=f"{guess}",
            number=f"{guess % 100}",
            second_fact=f"{guess}",
        )
    assert 0 < passed <= 100 * quotas.WRONG_IN_ALL_MAX


def test_tries_at_the_same_instant_do_not_slip_through() -> None:
    guard = LookUpQuotas()
    with ThreadPoolExecutor(16) as pool:
        passed = list(pool.map(_tries, [guard] * 200, [1] * 200))
    assert sum(passed) == quotas.WRONG_PER_SOURCE_MAX


def test_t22_the_staff_key_is_guessed_at_five_times_a_quarter_of_an_hour() -> None:
    guard = SignInQuotas()
    for _ in range(quotas.SIGN_INS_PER_SOURCE_MAX):
        guard.begin(source="s", now=NOW)
    with pytest.raises(TooManyTries):
        guard.begin(source="s", now=NOW)
    guard.begin(source="other", now=NOW)
    guard.begin(source="s", now=NOW + quotas.SIGN_IN_WINDOW)
    guard.was_right(source="s")


@pytest.mark.parametrize(
    ("forwarded", "hops", "address"),
    [
        ("", 0, "203.0.113.7"),
        ("198.51.100.1", 0, "203.0.113.7"),
        ("198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("198.51.100.1", 2, "203.0.113.7"),
        ("not an address", 1, "203.0.113.7"),
        ("", 1, "203.0.113.7"),
    ],
)
def test_t33_only_our_own_proxies_say_where_a_request_comes_from(
    forwarded: str, hops: int, address: str
) -> None:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    assert address_of(request(headers), proxy_hops=hops) == address


def test_a_request_without_an_address_still_has_a_source() -> None:
    assert source_of(address_of(request(peer=None), proxy_hops=0)) == "0.0.0.0/24"
    assert source_of(address_of(request(peer="testclient"), proxy_hops=1)) == "0.0.0.0/24"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("::ffff:203.0.113.7", "203.0.113.0/24"),
    ],
)
def test_neighbours_are_one_source(address: str, source: str) -> None:
    assert source_of(address) == source


@given(st.ip_addresses())
def test_every_address_has_a_source(address: object) -> None:
    assert "/" in source_of(str(address))
