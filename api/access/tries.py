"""Counted tries: limits taken together, in this process and beside it for all processes."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from threading import Lock
from typing import Final, NamedTuple, Protocol

import structlog

from api.postgres.errors import TriesNotKept
from ledger.errors import BookUnreachable

KEYS_MAX: Final = 100_000
_log: Final = structlog.get_logger()

Key = tuple[str, ...]
"""What is counted, in words: what it limits, then whose."""


class Limit(NamedTuple):
    """At most `tries_max` under one key within a window that begins with its first try."""

    key: Key
    tries_max: int
    window: timedelta


class TryStore(Protocol):
    """Where tries are counted."""

    def take(self, limits: Sequence[Limit], *, now: datetime) -> Mapping[Key, int] | None:
        """Count one try under each key and return the counts.

        None when one of them is used up; then nothing is counted.
        """
        ...

    def give_back(self, keys: Sequence[Key], *, now: datetime) -> None:
        """Take one counted try back from each key whose window is not over."""
        ...

    def counts(self, keys: Sequence[Key], *, now: datetime) -> Mapping[Key, int]:
        """Return how many tries each key has counted."""
        ...


class MemoryTries:
    """Counts in this process, of at most `keys_max` keys."""

    def __init__(self, *, keys_max: int = KEYS_MAX) -> None:
        """Begin with nothing counted."""
        self._keys_max = keys_max
        self._lock = Lock()
        self._counted: dict[Key, tuple[datetime, int]] = {}

    def take(self, limits: Sequence[Limit], *, now: datetime) -> Mapping[Key, int] | None:
        """Count one try under each key and return the counts, None when one is used up."""
        counts: dict[Key, int] = {}
        with self._lock:
            for key, tries_max, _ in limits:
                count = self._count(key, now=now)
                if count >= tries_max:
                    return None
                counts[key] = count + 1
            if len(self._counted) + len(limits) > self._keys_max:
                self._forget(now=now)
            for key, _, window in limits:
                kept = self._counted.get(key)  # Making room may just have forgotten it.
                until = now + window if counts[key] == 1 or kept is None else kept[0]
                self._counted[key] = (until, counts[key])
        return counts

    def give_back(self, keys: Sequence[Key], *, now: datetime) -> None:
        """Take one counted try back from each key whose window is not over."""
        with self._lock:
            for key in keys:
                if count := self._count(key, now=now):
                    self._counted[key] = (self._counted[key][0], count - 1)

    def counts(self, keys: Sequence[Key], *, now: datetime) -> Mapping[Key, int]:
        """Return how many tries each key has counted."""
        with self._lock:
            return {key: self._count(key, now=now) for key in keys}

    def _count(self, key: Key, *, now: datetime) -> int:
        until, count = self._counted.get(key, (now, 0))
        return count if now < until else 0

    def _forget(self, *, now: datetime) -> None:
        """Make room for a tenth: windows that are over first, then the oldest."""
        for key in [key for key, (until, _) in self._counted.items() if until <= now]:
            del self._counted[key]
        # A dict keeps the order of arrival, so its head is what was counted first.
        surplus = len(self._counted) - self._keys_max * 9 // 10
        for key in list(self._counted)[: max(0, surplus)]:
            del self._counted[key]


class SharedTries:
    """Counts for all processes, and in this one beside it.

    Where this process refuses, nobody need ask further. Should the shared counts be away, those of
    this process go on alone: a broken limiter neither opens the door nor closes it.
    """

    def __init__(self, kept: TryStore) -> None:
        """Begin with nothing counted here; `kept` goes on where it stands."""
        self._kept = kept
        self._near = MemoryTries()

    def take(self, limits: Sequence[Limit], *, now: datetime) -> Mapping[Key, int] | None:
        """Count one try under each key in both, or in none, and return the counts."""
        counts = self._near.take(limits, now=now)
        if counts is None:
            return None
        try:
            kept = self._kept.take(limits, now=now)
        except (BookUnreachable, TriesNotKept) as error:
            return _alone(counts, error)
        if kept is None:
            self._near.give_back([limit.key for limit in limits], now=now)
        return kept

    def give_back(self, keys: Sequence[Key], *, now: datetime) -> None:
        """Take one counted try back from each key in both."""
        self._near.give_back(keys, now=now)
        try:
            self._kept.give_back(keys, now=now)
        except (BookUnreachable, TriesNotKept) as error:
            _alone({}, error)

    def counts(self, keys: Sequence[Key], *, now: datetime) -> Mapping[Key, int]:
        """Return how many tries each key has counted."""
        try:
            return self._kept.counts(keys, now=now)
        except (BookUnreachable, TriesNotKept) as error:
            return _alone(self._near.counts(keys, now=now), error)


def _alone(counts: Mapping[Key, int], error: Exception) -> Mapping[Key, int]:
    """Return the counts of this process, and say that they stand alone."""
    _log.warning("look_up.counts_of_this_process_only", reason=type(error).__name__)
    return counts
