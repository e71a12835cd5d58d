"""Posting beside pgbench TPC-B, on the same server in the same run: `clearing bench post`.

Three ways of posting, all crediting one hot account:

- single entries by pgbench, one call and one transaction each: the limit of the database, because
  the load generator costs next to nothing;
- calls of 1,000 entries by pgbench, their words and digests made in the same SQL statement;
- the same two through `ledger.postgres.post` from Python processes, as the program does it.

With transfers stored before, the first two run in turn on that book and on an empty one. Keys grow
within each client, as a gateway's transaction numbers do; the same entries with keys scattered over
all that is stored show what an index costs that no longer fits the server's memory.

Only ratios are judged, each between two measurements of one round, and of these the median: they
say the same on any machine as long as nothing else runs on it.
"""

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.growth import Plan
from bench.pgbench import TPCB, ready_tpcb, run_pgbench
from bench.place import BOOK, Place, drop_database, new_book, say
from bench.posters import post_by_python, write_script

ROUNDS = 3
BATCH = 1_000
EMPTY = "bench_empty"
POSTER = "clearing_app"


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """What is measured: who sends how many entries a call, from how many clients, where to."""

    name: str
    clients: int
    size: int = 1
    book: str = EMPTY


@dataclass(frozen=True, slots=True)
class Budget:
    """A ratio of two measurements that must not be missed, in thousandths."""

    says: str
    rate: Load
    beside: Load
    thousandths_min: int


CLIENTS = (1, 2, 8, 32)
SCATTERED = "single, keys scattered"
TPCB_8 = Load("tpcb", 8)
SINGLE_8 = Load("single", 8)
SINGLE_32 = Load("single", 32)
BATCH_2 = Load("batch", 2, BATCH)
SINGLE_8_STORED = Load("single", 8, book=BOOK)
BATCH_2_STORED = Load("batch", 2, BATCH, book=BOOK)
LOADS = (
    *(Load(name, clients) for clients in CLIENTS for name in ("tpcb", "single")),
    Load("batch", 1, BATCH),
    BATCH_2,
    Load("python single", 8),
    Load("python batch", 2, BATCH),
)
STORED_LOADS = (
    TPCB_8,
    SINGLE_8,
    SINGLE_8_STORED,
    Load(SCATTERED, 8),
    Load(SCATTERED, 8, book=BOOK),
    BATCH_2,
    BATCH_2_STORED,
)
BUDGETS = (
    Budget("single entries, 8 clients, beside TPC-B", SINGLE_8, TPCB_8, 900),
    Budget("single entries, 32 clients beside 8", SINGLE_32, SINGLE_8, 900),
    Budget("batches of 1,000, 2 clients, beside TPC-B at 8", BATCH_2, TPCB_8, 3_000),
)
STORED_BUDGETS = (
    Budget("single entries, 8 clients, full book beside empty", SINGLE_8_STORED, SINGLE_8, 900),
    Budget("batches of 1,000, 2 clients, full book beside empty", BATCH_2_STORED, BATCH_2, 900),
)


def measure_post(place: Place, plan: Plan, *, seconds: int) -> tuple[list[str], bool]:
    """Return the figures of posting today into an empty book, or a full and an empty one in turn.

    The second element says whether every budget was measured and held.
    """
    loads, budgets = (STORED_LOADS, STORED_BUDGETS) if plan.stored else (LOADS, BUDGETS)
    rates = _measure(place, loads, plan, seconds=seconds)
    held = all(is_met(rates, budget) for budget in budgets)
    return [*figures(rates), "", *verdicts(rates, budgets)], held


def figures(rates: Mapping[Load, Sequence[int]]) -> list[str]:
    """Return the table of medians, in transfers a second, in the order they were measured."""
    lines = [f"{'transfers/s, median':38}{'clients':>8}{'median':>10}   all rounds"]
    for load, rounds in rates.items():
        name = load.name if load.size == 1 else f"{load.name} of {load.size:,}"
        name += ", full book" if load.book == BOOK else ""
        each = " ".join(f"{rate:,}" for rate in rounds)
        lines.append(f"{name:38}{load.clients:>8}{_median(rounds):>10,}   {each}")
    return lines


def verdicts(rates: Mapping[Load, Sequence[int]], budgets: Sequence[Budget]) -> list[str]:
    """Return one line per budget: the ratio, what it must be, and PASS or MISS."""
    lines: list[str] = []
    for budget in budgets:
        found = _thousandths(rates, budget)
        if found is None:
            lines.append(f"not measured: {budget.says} (no pgbench)")
            continue
        verdict = "PASS" if is_met(rates, budget) else "MISS"
        ratio, least = _hundredths(found), _hundredths(budget.thousandths_min)
        lines.append(f"{verdict}  {budget.says}: {ratio} (at least {least})")
    return lines


def is_met(rates: Mapping[Load, Sequence[int]], budget: Budget) -> bool:
    """Say whether a budget was measured and held."""
    found = _thousandths(rates, budget)
    return found is not None and found >= budget.thousandths_min


def _median(rounds: Sequence[int]) -> int:
    return round(statistics.median(rounds))


def _thousandths(rates: Mapping[Load, Sequence[int]], budget: Budget) -> int | None:
    if not rates.get(budget.rate) or not rates.get(budget.beside):
        return None
    rounds = zip(rates[budget.rate], rates[budget.beside], strict=True)
    return _median([1_000 * rate // beside for rate, beside in rounds])


def _hundredths(thousandths: int) -> str:
    return f"{thousandths // 1_000}.{thousandths % 1_000 // 10:02d}"


def _measure(
    place: Place, loads: Sequence[Load], plan: Plan, *, seconds: int
) -> dict[Load, list[int]]:
    """Measure every load once a round; without pgbench only those from Python."""
    rates: dict[Load, list[int]] = {}
    ready_tpcb(place)
    for ordinal in range(ROUNDS):
        new_book(place, EMPTY)  # What the last round posted would not be empty any more.
        for load in loads:
            rate = _rate(place, load, plan, seconds=seconds)
            if rate is not None:
                rates.setdefault(load, []).append(rate)
                say(f"round {ordinal + 1} of {ROUNDS}: {load.name}, {load.clients} clients")
    drop_database(place, EMPTY)
    return rates


def _rate(place: Place, load: Load, plan: Plan, *, seconds: int) -> int | None:
    """Return transfers a second, None when it takes a pgbench that is not there."""
    book = place.address(load.book, role=POSTER)
    if load.name.startswith("python"):
        return post_by_python(
            book, day=plan.today, size=load.size, clients=load.clients, seconds=seconds
        )
    if place.pgbench is None:
        return None
    run = partial(run_pgbench, place.pgbench, clients=load.clients, seconds=seconds)
    if load.name == TPCB_8.name:
        return run(address=place.address(TPCB)).per_1000_s // 1_000
    scattered = plan.stored // 2 if load.name == SCATTERED else 0
    with tempfile.TemporaryDirectory() as folder:
        script = write_script(Path(folder), load.size, day=plan.today, scattered_over=scattered)
        return run(address=book, script=script).per_1000_s * load.size // 1_000
