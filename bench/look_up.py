"""Finding one decision among many, beside a bare indexed select: `clearing bench look-up`.

Decisions made in bulk open nothing, so what is found was pushed through the door of authorities.
Whether the two sorts of misses, a wrong fact and no such number, take different times is asked of
a Mann-Whitney test, before any answer is held back and again at the door that holds them: z is
(U - mn/2) / sqrt(mn(m+n+1)/12).
"""

import math
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Final

import sqlalchemy as sa

from api.clock import now, vietnam_day
from api.sandbox import fine
from bench.decisions import ISSUED, new_register
from bench.held import held_misses
from bench.place import Place, drop_database, say
from bench.timing import Timing, in_ms, table, timed
from ledger.postgres.transaction import OpenTx
from payments.look_up import NoMatch, Question, look_up
from payments.obligations.rates import Rates, load_rates
from payments.personal_data import PersonalDataKeys
from payments.push_obligations import push_obligations

DATABASE: Final = "bench_look_up"
P99_MAX_US: Final = 50_000
PUSHED: Final = 500
MISSES: Final = 5_000
Z_HUNDREDTHS_MAX: Final = 329
"""Beyond it two sorts of equal times would stand once in a thousand runs."""
KEYS: Final = PersonalDataKeys(key_id="b1", encryption_key=b"e" * 32, index_key=b"i" * 32)
PLATE: Final = "30A-123.45"
BARE: Final = sa.text(
    "SELECT obligation_id, subject_index FROM payments.obligation WHERE number = :number"
)


def measure_look_up(
    place: Place, *, stored: int, seconds: int, misses: int = MISSES
) -> tuple[list[str], bool]:
    """Return the figures among so many stored decisions, and whether the budget held."""
    new_register(place, DATABASE, stored=stored)
    try:
        with place.book(DATABASE, role="clearing_app") as open_tx:
            _push(open_tx)
            lines, held = _measured(open_tx, stored=stored, seconds=seconds, misses=misses)
        say(f"2 x {misses:,} misses through the door")
        return [*lines, _held(place, stored=stored, misses=misses)], held
    finally:
        drop_database(place, DATABASE)


def z_hundredths(ones: Sequence[int], others: Sequence[int]) -> int:
    """Return a hundred times the z of a Mann-Whitney test; equal times share their rank."""
    ordered = sorted([(time_ns, 0) for time_ns in ones] + [(time_ns, 1) for time_ns in others])
    twice_rank_sum, at = 0, 0
    while at < len(ordered):
        end = at
        while end < len(ordered) and ordered[end][0] == ordered[at][0]:
            end += 1
        mine = sum(1 for _, sort in ordered[at:end] if sort == 0)
        twice_rank_sum += mine * (at + 1 + end)
        at = end
    m, n = len(ones), len(others)
    twice_off = twice_rank_sum - m * (m + 1) - m * n
    # z = (twice_off / 2) / sqrt(mn(m+n+1)/12), a hundred times, in whole numbers.
    return 100 * twice_off // max(1, math.isqrt(m * n * (m + n + 1) // 3))


def _measured(open_tx: OpenTx, *, stored: int, seconds: int, misses: int) -> tuple[list[str], bool]:
    turns, rates = count(), load_rates()
    wrong = partial(_ask, open_tx, rates, plate="99Z-999.99", is_there=False)
    known: Callable[[], object] = lambda: _ask(  # noqa: E731 (one line beside its fellows)
        open_tx, rates, _pushed(next(turns) % PUSHED), plate=PLATE, is_there=True
    )
    timings = [
        timed("a hit, priced", known, seconds=seconds),
        timed("a miss: wrong fact", lambda: wrong(_stored(next(turns), stored)), seconds=seconds),
        timed("a miss: no such number", lambda: wrong(_none(next(turns))), seconds=seconds),
        timed("(bare select)", lambda: _select(open_tx, next(turns), stored), seconds=seconds),
    ]
    held = all(one.percentile_us(99) <= P99_MAX_US for one in timings)
    ones, others = _both(wrong, turns, stored=stored, misses=misses)
    verdict = "PASS" if held else "MISS"
    return [
        f"{stored:,} decisions stored",
        *table(timings),
        f"{verdict} (p99 at most {in_ms(P99_MAX_US)} ms; {_ratio(timings)} times a bare select)",
        f"2 x {misses:,} misses in turn, not held back: {_told(z_hundredths(ones, others))}",
    ], held


def _held(place: Place, *, stored: int, misses: int) -> str:
    """Say whether the two sorts of misses can be told apart by who waits at the door."""
    pairs = [(_stored(turn, stored), _none(turn)) for turn in range(misses)]
    ones, others = held_misses(place, DATABASE, pairs, keys=KEYS, decided_on=ISSUED.isoformat())
    one, other = (in_ms(sorted(times)[len(times) // 2] // 1_000) for times in (ones, others))
    return (
        f"2 x {misses:,} misses through the door, held back:"
        f" {_told(z_hundredths(ones, others))}; p50 {one} and {other} ms"
    )


def _told(z: int) -> str:
    told = "alike" if abs(z) <= Z_HUNDREDTHS_MAX else "they differ"
    return f"z = {z}/100 ({told})"


def _both(
    wrong: Callable[[str], object], turns: "count[int]", *, stored: int, misses: int
) -> tuple[list[int], list[int]]:
    """Return how long misses of both sorts took, in nanoseconds, asked in turn."""
    ones: list[int] = []
    others: list[int] = []
    for _ in range(misses):
        for number, times in ((_stored(next(turns), stored), ones), (_none(next(turns)), others)):
            began = time.perf_counter_ns()
            wrong(number)
            times.append(time.perf_counter_ns() - began)
    return ones, others


def _ask(open_tx: OpenTx, rates: Rates, number: str, *, plate: str, is_there: bool) -> None:
    question = Question(number=number, decided_on=ISSUED, subject=plate)
    with open_tx() as tx:
        answer = look_up(tx, question, on=vietnam_day(now()), keys=KEYS, rates=rates)
    assert isinstance(answer, NoMatch) is not is_there, "only what was pushed is found"


def _select(open_tx: OpenTx, turn: int, stored: int) -> None:
    with open_tx() as tx:
        tx.execute(BARE, {"number": _stored(turn, stored)}).all()


def _push(open_tx: OpenTx) -> None:
    decisions = [
        fine(
            number=_pushed(ordinal),
            plate=PLATE,
            fine_vnd=3_000_000,
            issued_on=ISSUED,
            received_on=ISSUED + timedelta(days=2),
        )
        for ordinal in range(PUSHED)
    ]
    with open_tx() as tx:
        push_obligations(tx, decisions, keys=KEYS, now=now())


def _pushed(ordinal: int) -> str:
    return f"P{ordinal:04d}/QD-XPHC"


def _stored(turn: int, stored: int) -> str:
    """Return the number of one stored decision, scattered over all."""
    return f"{turn * 2_654_435_761 % max(1, stored) + 1:09d}/QD-XPHC"


def _none(turn: int) -> str:
    """Return a number nobody has, scattered like the others."""
    return f"{turn * 2_654_435_761 % 100_000_000 + 900_000_000:09d}/QD-XPHC"


def _ratio(timings: Sequence[Timing]) -> str:
    hit, *_, bare = (one.percentile_us(50) for one in timings)
    tenths = 10 * hit // max(1, bare)
    return f"{tenths // 10}.{tenths % 10}"
