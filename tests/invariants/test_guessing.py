"""A million guesses in virtual time: nothing is disclosed but what was guessed in full.

The counting code is the one in use, over its twin in memory. Whatever it lets through is asked of
the real look-up, over decisions that were really pushed. A smaller run goes through pages and
counts in PostgreSQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Final

import httpx2
import pytest
from structlog.testing import capture_logs

from api.access import look_up_quotas as limits
from api.access.look_up_guard import facts_of
from api.access.look_up_quotas import LookUpQuotas
from api.access.quotas import DAY, MINUTE, TooManyTries, source_of
from api.access.tries import Limit, MemoryTries
from api.house import House
from ledger.postgres.transaction import Tx
from payments.found import Found
from payments.look_up import Question, look_up
from payments.obligation import NewObligation
from tests.api import conftest
from tests.api.citizen.payer import Payer, owe_late_fine
from tests.payments.owed import FINE_FACTS, KEYS, RATES, TREASURY, push

house = conftest.house

START: Final = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FINES: Final = 500
FIRST_DAY: Final = date(2026, 8, 1)
GUESSED_IN_FULL: Final = 3

_works: Final = count()


@dataclass(frozen=True, slots=True)
class Scene:
    """Wrong guesses over a span of time, `together` at one instant from one source.

    Those have one fact in common and another one never tried. `looked_up_max` is how many of them
    the quotas let through.
    """

    wrong: Callable[[int], Question]
    guesses: int
    together: int
    sources: int
    span: timedelta
    looked_up_max: int

    def guess(self, ordinal: int) -> Question:
        """Return one guess; the very first ones are right in all their facts."""
        return _fine(ordinal) if ordinal < GUESSED_IN_FULL else self.wrong(ordinal)


@dataclass(slots=True)
class Attack:
    """What came of many guesses."""

    quotas: LookUpQuotas
    disclosed: list[str] = field(default_factory=list[str])
    looked_up: int = 0
    refused: int = 0
    alarm_after: timedelta | None = None


def _fine(ordinal: int) -> Question:
    """Return the facts of a fine, there or not; plates are scattered over all there could be."""
    scattered = ordinal * 2_654_435_761 % 90_000_000
    plate = f"{scattered // 1_000_000 + 11}{'ABCDEFGHK'[ordinal % 9]}-{scattered % 100_000:05d}"
    day = FIRST_DAY + timedelta(days=ordinal % 100)
    return Question(number=f"{ordinal:07d}/QĐ-XPHC", decided_on=day, subject=plate)


def _pushed(asked: Question) -> NewObligation:
    assert asked.decided_on is not None
    day = asked.decided_on.isoformat()
    return NewObligation(
        provider="csgt",
        kind="traffic_fine",
        number=asked.number,
        decided_on=asked.decided_on,
        subject=asked.subject,
        personal={},
        facts={**FINE_FACTS, "issued_on": day, "received_on": day},
        beneficiary=TREASURY.code,
    )


def _attack(tx: Tx, scene: Scene) -> Attack:
    """Let many addresses guess in turn, with all work done and a new browser each time."""
    came = Attack(LookUpQuotas(MemoryTries(keys_max=1_000_000)))
    with capture_logs() as logs:
        for first in range(0, scene.guesses, scene.together):
            at = first // scene.together % scene.sources
            source = source_of(f"10.{at // 256}.{at % 256}.1")
            now = START + scene.span * first / scene.guesses
            burst = range(first, min(first + scene.together, scene.guesses))
            _guess(tx, came, scene, burst, now=now, source=source)
            if came.alarm_after is None and _has_rung(logs):
                came.alarm_after = now - START
    return came


def _guess(tx: Tx, came: Attack, scene: Scene, burst: range, *, now: datetime, source: str) -> None:
    """Make the guesses of one burst, and look up what the quotas let through.

    A refusal lets no later guess in, and a fact never tried refuses nobody: what refused one guess
    of a burst, their source or the fact they share, refuses the rest of it. So once the alarm has
    rung the rest is not tried one by one, but the last one of each burst always is.
    """
    for ordinal in burst:
        question = scene.guess(ordinal)
        if _is_let_in(came.quotas, question, now=now, source=source):
            came.looked_up += 1
            _look_up(tx, came, question, now=now, source=source)
            continue
        came.refused += 1
        if came.alarm_after is not None and ordinal != burst[-1]:
            assert not _is_let_in(came.quotas, scene.guess(burst[-1]), now=now, source=source)
            came.refused += burst[-1] - ordinal
            return


def _is_let_in(quotas: LookUpQuotas, question: Question, *, now: datetime, source: str) -> bool:
    """Say whether the quotas let in a new browser that has done new work."""
    name = str(next(_works))
    work = Limit(("work", name), 1, DAY)
    try:
        quotas.begin(facts_of(question), source=source, visitor=name, now=now, work=work)
    except TooManyTries:
        return False
    return True


def _look_up(tx: Tx, came: Attack, question: Question, *, now: datetime, source: str) -> None:
    answer = look_up(tx, question, on=now.date(), keys=KEYS, rates=RATES)
    if isinstance(answer, Found):
        came.disclosed.append(answer.number)
        came.quotas.was_right(facts_of(question), source=source, now=now)
    else:
        came.quotas.was_wrong(now=now)


def _has_rung(logs: Sequence[Mapping[str, object]]) -> bool:
    return any(each["event"] == "look_up.under_attack" for each in logs)


def _one_number(ordinal: int) -> Question:
    """Guess at one known decision: every plate, in small letters."""
    return replace(_fine(7), subject=f"{ordinal % 89 + 11}z {ordinal // 89:05d}")


def _one_plate(ordinal: int) -> Question:
    """Guess with one known plate: every decision with its own day."""
    return replace(_fine(ordinal), subject="30A-123.45")


def _wrong_day(ordinal: int) -> Question:
    """Guess with number and plate of everybody, and the day of nobody."""
    return replace(_fine(ordinal % FINES), decided_on=FIRST_DAY - timedelta(days=1 + ordinal % 100))


def _mixed(ordinal: int) -> Question:
    """Guess with the number of one and the plate of another."""
    return replace(_fine(ordinal % FINES), subject=_fine(ordinal * 7 % FINES + 1).subject)


SCENES: Final[dict[str, Scene]] = {
    "one number against all plates": Scene(
        wrong=_one_number,
        guesses=1_000_000,
        together=100,
        sources=1_000,
        span=DAY * 10,
        looked_up_max=limits.WRONG_IN_MONTH_MAX,
    ),
    "one plate against all numbers": Scene(
        wrong=_one_plate,
        guesses=100_000,
        together=100,
        sources=1_000,
        span=DAY,
        looked_up_max=limits.WRONG_IN_ALL_MAX,
    ),
    "all pairs with a wrong day": Scene(
        wrong=_wrong_day,
        guesses=400,
        together=1,
        sources=1_000,
        span=MINUTE * 30,
        looked_up_max=400,
    ),
    "pairs of anybody from few sources": Scene(
        wrong=_mixed,
        guesses=4_000,
        together=1,
        sources=5,
        span=MINUTE * 60,
        looked_up_max=limits.LOOK_UPS_PER_DAY_MAX * 5,
    ),
}


@pytest.mark.parametrize("name", SCENES)
def test_t01_a_million_guesses_disclose_only_what_was_guessed_in_full(tx: Tx, name: str) -> None:
    scene = SCENES[name]
    push(tx, *(_pushed(_fine(ordinal)) for ordinal in range(FINES)), now=START)
    came = _attack(tx, scene)
    print(  # noqa: T201 (the arithmetic is for whoever reads the run)
        f"\n{name}: {scene.guesses:,} guesses in {scene.span} from {scene.sources:,} sources:"
        f" {came.refused:,} refused, {came.looked_up:,} looked up (at most"
        f" {scene.looked_up_max:,}), {len(came.disclosed)} disclosed, alarm after"
        f" {came.alarm_after}"
    )
    assert came.disclosed == [_fine(ordinal).number for ordinal in range(GUESSED_IN_FULL)]
    assert came.looked_up + came.refused == scene.guesses
    assert came.looked_up - GUESSED_IN_FULL <= scene.looked_up_max
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
    payers = [Payer(house, address=f"10.1.{at}.1") for at in range(4)]
    answers: list[httpx2.Response] = []
    for ordinal in range(24):
        payer = payers[ordinal % len(payers)]
        payer.client.cookies.clear()
        answers.append(payer.find(plate=f"29B1-{ordinal:03d}.00"))
    assert {answer.status_code for answer in answers} == {200, 429}
    # New browsers do not help, and who does the work guesses five times from each source.
    looked_up = [answer for answer in answers if answer.status_code == 200]
    assert len(looked_up) == 4 * limits.WRONG_PER_SOURCE_MAX
    assert Payer(house, address="10.2.0.1").find().status_code == 303
