"""What guards look-ups against guessing: how often by source, browser, number and second fact."""

import enum
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from starlette.exceptions import HTTPException

from api.access.quotas import DAY, MINUTE, TooManyTries
from api.access.tries import Key, Limit, MemoryTries, TryStore

LOOK_UPS_PER_MINUTE_MAX: Final = 10
LOOK_UPS_PER_DAY_MAX: Final = 60
LOOK_UPS_PER_VISITOR_MAX: Final = 20
LOOK_UPS_WITHOUT_WORK_MAX: Final = 2
"""The third of a day and all later ones bring a proof of work."""
WRONG_PER_SOURCE_MAX: Final = 5
WRONG_IN_ALL_MAX: Final = 50
WRONG_IN_MONTH_MAX: Final = 100
"""Of one number, over all sources: slow guessing by many ends here."""
PARTNER_PER_MINUTE_MAX: Final = 600
PARTNER_WRONG_PER_DAY_MAX: Final = 5_000

MONTH: Final = timedelta(days=30)
ATTACK_MINUTES: Final = 5
ATTACK_MISSED_PERCENT: Final = 60
ATTACK_LOOKED_MIN: Final = 50
"""Fewer look-ups in five minutes say nothing, whatever they found."""
WORK_UNDER_ATTACK: Final = 2
_LOOK_AGAIN: Final = timedelta(seconds=5)
_NO_LIMIT: Final = 2_000_000_000
_log: Final = structlog.get_logger()


class WorkWanted(HTTPException):
    """One more look-up needs a proof of work that was not brought, or was used before."""

    def __init__(self) -> None:
        """Answer 422: the page shows the work to do."""
        super().__init__(422)


class TooFast(TooManyTries):
    """Only the limit of a minute is reached: the next minute is open again."""


class Standing(enum.Enum):
    """What the next look-up of a visitor needs."""

    FREE = "free"
    WORK = "work"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is asked with, normalised: it is counted under each of them."""

    number: str
    second_fact: str


class LookUpQuotas:
    """Counts the look-ups of citizens.

    A wrong try is counted before it is looked up and given back when it was right, so that tries
    at the same instant cannot slip through. Sources count apart from each other, so that one
    who guesses wrong does not lock the owner out; a higher limit holds over all sources.
    """

    def __init__(self, store: TryStore) -> None:
        """Count in this store."""
        self._store = store
        self._misses = MissRatio(store)

    def begin(
        self, facts: Facts, *, source: str, visitor: str, now: datetime, work: Limit | None = None
    ) -> Standing:
        """Count a look-up that is about to happen as a wrong one; return how the next one stands.

        `work` counts a proof of work as used.

        Raises:
            TooManyTries: a limit is reached; `TooFast` when it is only that of a minute.
            WorkWanted: none is, but `work` is wanted, or was used before.
        """
        worked = work is not None
        by_source, by_visitor = _of_day(source=source, visitor=visitor)
        limits = [
            Limit(by_source, LOOK_UPS_PER_DAY_MAX if worked else LOOK_UPS_WITHOUT_WORK_MAX, DAY),
            Limit(
                by_visitor, LOOK_UPS_PER_VISITOR_MAX if worked else LOOK_UPS_WITHOUT_WORK_MAX, DAY
            ),
            _of_minute(source),
            *_wrong(facts, source),
            *self._misses.limits(now=now),
        ]
        counts = self._store.take([*limits, work] if work else limits, now=now)
        if counts is not None:
            return _standing(counts[by_source], counts[by_visitor])
        raise self._why_not(facts, source=source, visitor=visitor, now=now)

    def was_right(self, facts: Facts, *, source: str, now: datetime) -> None:
        """Take back what `begin` counted as wrong at the same `now`."""
        wrong = [limit.key for limit in _wrong(facts, source)]
        self._store.give_back([*wrong, self._misses.missed(now=now)], now=now)

    def was_wrong(self, *, now: datetime) -> None:
        """Let what `begin` counted stand, and see whether many were wrong of late."""
        self._misses.is_high(now=now)

    def standing(self, *, source: str, visitor: str, now: datetime) -> Standing:
        """Return what the next look-up needs."""
        by_source, by_visitor = _of_day(source=source, visitor=visitor)
        counts = self._store.counts([by_source, by_visitor], now=now)
        return _standing(counts[by_source], counts[by_visitor])

    def work_factor(self, *, now: datetime) -> int:
        """Return how many times the usual work is wanted."""
        return WORK_UNDER_ATTACK if self._misses.is_high(now=now) else 1

    def _why_not(
        self, facts: Facts, *, source: str, visitor: str, now: datetime
    ) -> TooManyTries | WorkWanted:
        """Return the reason of a refusal: work would help only where nothing else refuses."""
        by_source, by_visitor = _of_day(source=source, visitor=visitor)
        others = [_of_minute(source), *_wrong(facts, source)]
        keys = [by_source, by_visitor, *(limit.key for limit in others)]
        counts = self._store.counts(keys, now=now)
        full = {limit.key for limit in others if counts[limit.key] >= limit.tries_max}
        standing = _standing(counts[by_source], counts[by_visitor])
        if not full and standing is not Standing.USED_UP:
            return WorkWanted()
        self._misses.refused(now=now)
        is_only_fast = full == {others[0].key} and standing is not Standing.USED_UP
        return TooFast() if is_only_fast else TooManyTries()


class PartnerQuotas:
    """Counts the look-ups of one partner for many people: its key must not become an oracle."""

    def __init__(self, store: TryStore) -> None:
        """Count in this store."""
        self._store = store

    def begin(self, facts: Facts, *, partner: str, now: datetime) -> None:
        """Count a look-up that is about to happen as a wrong one.

        Raises:
            TooManyTries: a limit is reached.
        """
        minute = Limit(("partner minute", partner), PARTNER_PER_MINUTE_MAX, MINUTE)
        limits = [minute, _wrong_of(partner), *_wrong(facts, f"partner {partner}")]
        if self._store.take(limits, now=now) is None:
            raise TooManyTries

    def was_right(self, facts: Facts, *, partner: str, now: datetime) -> None:
        """Take back what `begin` counted as wrong."""
        wrong = [_wrong_of(partner), *_wrong(facts, f"partner {partner}")]
        self._store.give_back([limit.key for limit in wrong], now=now)


class MissRatio:
    """How many look-ups found nothing or were refused of late, minute by minute."""

    def __init__(self, store: TryStore) -> None:
        """Count in this store."""
        self._store = store
        self._refused = MemoryTries()
        self._is_high = False
        self._look_again_at: datetime | None = None

    def limits(self, *, now: datetime) -> list[Limit]:
        """Return what counts one more look-up, and that it found nothing."""
        window = MINUTE * (ATTACK_MINUTES + 1)
        return [
            Limit(("looked", _minute(now)), _NO_LIMIT, window),
            Limit(self.missed(now=now), _NO_LIMIT, window),
        ]

    def missed(self, *, now: datetime) -> Key:
        """Return the key that counts what found nothing in this minute."""
        return ("missed", _minute(now))

    def refused(self, *, now: datetime) -> None:
        """Count a look-up that was not even let through, in this process alone."""
        window = MINUTE * (ATTACK_MINUTES + 1)
        self._refused.take([Limit(("refused", _minute(now)), _NO_LIMIT, window)], now=now)
        self.is_high(now=now)

    def is_high(self, *, now: datetime) -> bool:
        """Say whether most of the last minutes' look-ups found nothing; raise the alarm once."""
        if self._look_again_at is not None and now < self._look_again_at:
            return self._is_high
        self._look_again_at = now + _LOOK_AGAIN
        minutes = [_minute(now - MINUTE * back) for back in range(ATTACK_MINUTES)]
        keys: list[Key] = [(what, each) for what in ("looked", "missed") for each in minutes]
        counts = self._store.counts(keys, now=now)
        refused = sum(
            self._refused.counts([("refused", each) for each in minutes], now=now).values()
        )
        looked = refused + sum(counts[key] for key in keys if key[0] == "looked")
        missed = refused + sum(counts[key] for key in keys if key[0] == "missed")
        was_high, self._is_high = (
            self._is_high,
            (looked >= ATTACK_LOOKED_MIN and missed * 100 > looked * ATTACK_MISSED_PERCENT),
        )
        if self._is_high and not was_high:
            _log.warning("look_up.under_attack", looked=looked, missed=missed)
        return self._is_high


def _of_day(*, source: str, visitor: str) -> tuple[Key, Key]:
    return ("source", source), ("visitor", visitor)


def _of_minute(source: str) -> Limit:
    return Limit(("source minute", source), LOOK_UPS_PER_MINUTE_MAX, MINUTE)


def _standing(by_source: int, by_visitor: int, /) -> Standing:
    if by_source >= LOOK_UPS_PER_DAY_MAX or by_visitor >= LOOK_UPS_PER_VISITOR_MAX:
        return Standing.USED_UP
    is_free = max(by_source, by_visitor) < LOOK_UPS_WITHOUT_WORK_MAX
    return Standing.FREE if is_free else Standing.WORK


def _wrong(facts: Facts, source: str) -> list[Limit]:
    """Return what counts a wrong try: by whom under each fact, then over all sources."""
    number, second_fact = facts.number, facts.second_fact
    return [
        Limit(("wrong number", number, source), WRONG_PER_SOURCE_MAX, DAY),
        Limit(("wrong fact", second_fact, source), WRONG_PER_SOURCE_MAX, DAY),
        Limit(("wrong number", number), WRONG_IN_ALL_MAX, DAY),
        Limit(("wrong fact", second_fact), WRONG_IN_ALL_MAX, DAY),
        Limit(("wrong number of month", number), WRONG_IN_MONTH_MAX, MONTH),
    ]


def _wrong_of(partner: str) -> Limit:
    return Limit(("wrong of partner", partner), PARTNER_WRONG_PER_DAY_MAX, DAY)


def _minute(now: datetime) -> str:
    return now.isoformat(timespec="minutes")
