"""A million guesses in virtual time: nothing is disclosed but what was guessed in full.

The counting code is the one in use, over its twin in memory; what a guess would find is decided
by the same normalising and comparing as a look-up, without the database in between. A smaller run
goes through pages and PostgreSQL.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

import pytest
from structlog.testing import capture_logs

from api.access import look_up_quotas as limits
from api.access.look_up_quotas import LookUpQuotas
from api.access.quotas import DAY, MINUTE, TooManyTries, source_of
from api.access.tries import Limit, MemoryTries
from api.house import House
from tests.api import conftest
from tests.api.citizen.payer import Payer, owe_late_fine

house = conftest.house

START: Final = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
GUESSES: Final = 250_000
"""In each of four scenes."""
SOURCES: Final = 1_000
FINES: Final = 50_000
DAYS: Final = 10
FIRST_DAY: Final = date(2026, 8, 1)
GUESSED_IN_FULL: Final = 3

Guess = tuple[str, date, str]
"""Number, day, and plate as typed."""


@dataclass(slots=True)
class Attack:
    """What came of many guesses."""

    disclosed: set[Guess] = field(default_factory=set[Guess])
    looked_up: int = 0
    refused: int = 0
    alarm_after: timedelta | None = None


def _fine(ordinal: int) -> Guess:
    """Return one of the fines that are there; plates are scattered over all there could be."""
    scattered = ordinal * 2_654_435_761 % 90_000_000
    plate = f"{scattered // 1_000_000 + 11}{'ABCDEFGHK'[ordinal % 9]}{scattered % 100_000:05d}"
    return f"{ordinal:07d}/QD-XPHC", FIRST_DAY + timedelta(days=ordinal % 100), plate


KNOWN: Final = frozenset(_fine(ordinal) for ordinal in range(FINES))


def _attack(guesses: Iterator[Guess], *, days: int = DAYS) -> Attack:
    """Let a thousand addresses guess in turn, with all work done and a new browser each time."""
    came, store = Attack(), MemoryTries(keys_max=2 * GUESSES)
    quotas = LookUpQuotas(store)
    step = timedelta(days=days) / GUESSES
    sources = [source_of(f"10.{at // 256}.{at % 256}.1") for at in range(SOURCES)]
    with capture_logs() as logs:
        for ordinal, guess in zip(range(GUESSES), guesses, strict=False):
            now = START + step * ordinal
            number, day, plate = guess
            facts = limits.Facts(number, plate)
            work = Limit(("work", str(ordinal)), 1, DAY)
            source = sources[ordinal % SOURCES]
            try:
                quotas.begin(facts, source=source, visitor=str(ordinal), now=now, work=work)
            except TooManyTries:
                came.refused += 1
                continue
            came.looked_up += 1
            if (number, day, plate) in KNOWN:
                came.disclosed.add(guess)
                quotas.was_right(facts, source=source, now=now)
            else:
                quotas.was_wrong(now=now)
            if logs and came.alarm_after is None:
                came.alarm_after = now - START
    return came


def _with_hits(wrong: Callable[[int], Guess]) -> Iterator[Guess]:
    """Yield wrong guesses, and at the very beginning a few that are right in all their facts."""
    for ordinal in range(GUESSED_IN_FULL):
        yield _fine(ordinal)
    for ordinal in count():
        yield wrong(ordinal)


def _one_number(ordinal: int) -> Guess:
    """Guess at one known decision: every plate, in the order of the alphabet."""
    number, day, _ = _fine(7)
    return number, day, f"{ordinal % 89 + 11}A{ordinal // 89 % 100_000:05d}"


def _one_plate(ordinal: int) -> Guess:
    """Guess with one known plate: every decision with its own day."""
    number, day, _ = _fine(ordinal % FINES)
    return number, day, "30A12345"


def _wrong_day(ordinal: int) -> Guess:
    """Guess with number and plate of everybody, and the day of nobody."""
    number, day, plate = _fine(ordinal % FINES)
    return number, day + timedelta(days=100), plate


def _anything(seed: int) -> Callable[[int], Guess]:
    draw = random.Random(seed)  # noqa: S311 (repeatable guesses, no secret)

    def guess(_: int) -> Guess:
        number, day, _plate = _fine(draw.randrange(FINES))
        return number, day, f"{draw.randint(11, 99)}A{draw.randrange(100_000):05d}"

    return guess


SCENES: Final[dict[str, tuple[Callable[[int], Guess], int, int]]] = {
    "one number against all plates": (_one_number, limits.WRONG_IN_MONTH_MAX, DAYS),
    "one plate against all numbers": (_one_plate, limits.WRONG_IN_ALL_MAX * DAYS, DAYS),
    "all pairs with a wrong day": (_wrong_day, limits.LOOK_UPS_PER_DAY_MAX * SOURCES * DAYS, DAYS),
    "anything in one day": (_anything(1), limits.LOOK_UPS_PER_DAY_MAX * SOURCES, 1),
}


@pytest.mark.parametrize("scene", SCENES)
def test_t01_a_million_guesses_disclose_only_what_was_guessed_in_full(scene: str) -> None:
    wrong, looked_up_max, days = SCENES[scene]
    came = _attack(_with_hits(wrong), days=days)
    print(  # noqa: T201 (the arithmetic is for whoever reads the run)
        f"\n{scene}: {GUESSES:,} guesses in {days} days from {SOURCES:,} sources:"
        f" {came.refused:,} refused, {came.looked_up:,} looked up (at most {looked_up_max:,}),"
        f" {len(came.disclosed)} disclosed, alarm after {came.alarm_after}"
    )
    assert came.disclosed == {_fine(ordinal) for ordinal in range(GUESSED_IN_FULL)}
    assert came.looked_up + came.refused == GUESSES
    assert came.looked_up - GUESSED_IN_FULL <= looked_up_max
    assert came.alarm_after is not None
    assert came.alarm_after < MINUTE * limits.ATTACK_MINUTES


def test_t01_the_arithmetic_of_guessing_stays_small() -> None:
    plates, days_near, year = 89 * 9 * 100_000, 30, 365
    months = -(-year // 30)
    # A known number, all sources together: a plate and a day, in millionths a year.
    known_number = limits.WRONG_IN_MONTH_MAX * months * 1_000_000 // (plates * days_near)
    assert known_number < 2
    # A known number, the last digits instead of the plate, the day within a month: per thousand.
    last_digits = limits.WRONG_IN_MONTH_MAX * months * 1_000 // (10_000 * days_near)
    assert last_digits < 5
    # A known plate against two million numbers, from one source: per thousand a year.
    known_plate = limits.WRONG_PER_SOURCE_MAX * year * 1_000 // 2_000_000
    assert known_plate < 1
    # What has no day is guarded by four digits alone: in hundredths a month, for one number.
    undated = limits.WRONG_IN_MONTH_MAX * 100 // 10_000
    assert undated <= 1


def test_t01_through_the_page_and_the_database_too(house: House) -> None:
    owe_late_fine(house)
    answers = [
        Payer(house, address=f"10.1.{ordinal % 4}.1").find(plate=f"29B1-{ordinal:03d}.00")
        for ordinal in range(32)
    ]
    assert {answer.status_code for answer in answers} == {200, 429}
    # New browsers do not help, and who does the work guesses five times from each source.
    looked_up = [answer for answer in answers if answer.status_code == 200]
    assert len(looked_up) == 4 * limits.WRONG_PER_SOURCE_MAX
    assert Payer(house, address="10.2.0.1").find().status_code == 303
