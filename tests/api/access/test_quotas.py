"""Limits: counted together, by source, never by what a header claims."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.access import quotas
from api.access.quotas import (
    DAY,
    MINUTE,
    Quota,
    SignInQuotas,
    TooManyTries,
    Tries,
    address_of,
    source_of,
)
from tests.api.access.browser import request

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


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
