"""Counted tries: together or not at all, in a bounded memory, and beside counts that may fail."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from api.access.tries import Key, Limit, MemoryTries, SharedTries, TryStore
from api.postgres.errors import TriesNotKept

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class Broken:
    """Counts nothing at all."""

    def take(self, limits: Sequence[Limit], *, now: datetime) -> Mapping[Key, int] | None:
        raise TriesNotKept(limits, now)

    def give_back(self, keys: Sequence[Key], *, now: datetime) -> None:
        raise TriesNotKept(keys, now)

    def counts(self, keys: Sequence[Key], *, now: datetime) -> Mapping[Key, int]:
        raise TriesNotKept(keys, now)


def _limit(name: str, tries_max: int = 2) -> Limit:
    return Limit((name,), tries_max, DAY)


@pytest.fixture(params=[MemoryTries, lambda: SharedTries(MemoryTries())], ids=["one", "shared"])
def store(request: pytest.FixtureRequest) -> TryStore:
    """Give each sort of counts in turn."""
    made: TryStore = request.param()
    return made


def test_a_refused_try_counts_nowhere(store: TryStore) -> None:
    assert store.take([_limit("a"), _limit("b", 1)], now=NOW) == {("a",): 1, ("b",): 1}
    for _ in range(5):
        assert store.take([_limit("a"), _limit("b", 1)], now=NOW) is None
    assert store.counts([("a",), ("b",), ("c",)], now=NOW) == {("a",): 1, ("b",): 1, ("c",): 0}


def test_a_window_begins_with_its_first_try_and_ends(store: TryStore) -> None:
    store.take([_limit("a", 1)], now=NOW)
    assert store.take([_limit("a", 1)], now=NOW + DAY - timedelta(seconds=1)) is None
    assert store.take([_limit("a", 1)], now=NOW + DAY) == {("a",): 1}


def test_a_try_given_back_may_be_taken_again(store: TryStore) -> None:
    store.take([_limit("a", 1)], now=NOW)
    for _ in range(2):
        store.give_back([("a",), ("never",)], now=NOW)
    assert store.take([_limit("a", 1)], now=NOW) == {("a",): 1}
    assert store.take([_limit("a", 1)], now=NOW) is None


def test_tries_at_the_same_instant_do_not_slip_through(store: TryStore) -> None:
    def take(_: int) -> Mapping[Key, int] | None:
        return store.take([_limit("a", 5)], now=NOW)

    with ThreadPoolExecutor(16) as pool:
        taken = list(pool.map(take, range(200)))
    assert len([one for one in taken if one]) == 5


def test_the_memory_is_limited_and_making_room_is_rare() -> None:
    store = MemoryTries(keys_max=100)
    for number in range(10_000):
        # Short windows that end one by one must not have all the others looked through each time.
        store.take(
            [_limit(str(number), 1), Limit(("minute", str(number)), 1, DAY / 10_000)], now=NOW
        )
    counts = store.counts([("0",), ("9999",)], now=NOW)
    assert counts == {("0",): 0, ("9999",): 1}


def test_what_others_counted_holds_here_too() -> None:
    kept = MemoryTries()
    one, other = SharedTries(kept), SharedTries(kept)
    assert one.take([_limit("a", 1)], now=NOW)
    assert other.take([_limit("a", 1), _limit("b")], now=NOW) is None
    one.give_back([("a",)], now=NOW)
    assert other.take([_limit("a", 1), _limit("b")], now=NOW) == {("a",): 1, ("b",): 1}


def test_t32_without_the_shared_counts_those_of_the_process_go_on() -> None:
    store = SharedTries(Broken())
    with capture_logs() as logs:
        assert store.take([_limit("a")], now=NOW) == {("a",): 1}
        assert store.take([_limit("a")], now=NOW) == {("a",): 2}
        assert store.take([_limit("a")], now=NOW) is None
        store.give_back([("a",)], now=NOW)
        assert store.counts([("a",)], now=NOW) == {("a",): 1}
    assert {log["event"] for log in logs} == {"look_up.counts_of_this_process_only"}
