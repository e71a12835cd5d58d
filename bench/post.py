"""Posting beside pgbench TPC-B, on the same server in the same run: `clearing bench post`.

Three ways of posting, all crediting one hot account:

- single entries by pgbench, one call and one transaction each: the limit of the database, because
  the load generator costs next to nothing;
- calls of 1,000 entries by pgbench, their words and digests made in the same SQL statement;
- the same two through `ledger.postgres.post` from Python processes, as the program does it.

Only ratios are judged, each between two measurements of one round, and of these the median: they
say the same on any machine as long as nothing else runs on it.
"""

import multiprocessing
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.captured import captured
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import transactions

ROUNDS = 3
BATCH = 1_000
TPCB_SCALE = 10
BOOK = "bench_book"
TPCB = "bench_tpcb"
DAY = date(2026, 11, 20)
TPS_SHAPE = re.compile(r"^tps = ([0-9]+)\.([0-9]{3})", re.MULTILINE)
WAIT_MAX_S = 60

# pgbench takes a colon for the start of a variable, so the codes spell theirs as \x3a.
ENTRIES_SQL = r"""\set first random(1, 4000000000000000000)
SELECT count(*) FROM (
    SELECT array_agg(key) AS keys, array_agg(place) AS places, array_agg(sha256(convert_to(
        E'entry 1\ncaptured\n' || key || E'\n2026-11-20\nbench\n\n'
        || E'receivable\x3avnpay payable\x3akbnn-0011 750000 vnpay/2026-11-20/kbnn-0011\n',
        'UTF8'))) AS digests
    FROM (
        SELECT 'bench/' || CAST(CAST(:first AS bigint) + place AS text) AS key, place
        FROM generate_series(1, <size>) AS place
    ) AS one
) AS call, ledger.post_entries_v1(
    array_fill(CAST('captured' AS text), ARRAY[<size>]), keys,
    array_fill(date '2026-11-20', ARRAY[<size>]), array_fill(CAST('bench' AS text), ARRAY[<size>]),
    array_fill(CAST(NULL AS text), ARRAY[<size>]), digests, places,
    array_fill(CAST(E'receivable\x3avnpay' AS text), ARRAY[<size>]),
    array_fill(CAST(E'payable\x3akbnn-0011' AS text), ARRAY[<size>]),
    array_fill(CAST(750000 AS bigint), ARRAY[<size>]),
    array_fill(CAST('vnpay/2026-11-20/kbnn-0011' AS text), ARRAY[<size>]));
"""


@dataclass(frozen=True, slots=True, order=True)
class Load:
    """What is measured: who sends how many entries a call from how many clients."""

    name: str
    clients: int
    size: int = 1


@dataclass(frozen=True, slots=True)
class Budget:
    """A ratio of two measurements that must not be missed, in thousandths."""

    says: str
    rate: Load
    beside: Load
    thousandths_min: int


class Line(Protocol):
    """One end of a pipe between two processes, for numbers."""

    def send(self, _number: int, /) -> None:
        """Send a number."""
        ...

    def recv(self) -> int:
        """Wait for a number."""
        ...


CLIENTS = (1, 2, 8, 32)
TPCB_8 = Load("tpcb", 8)
SINGLE_8 = Load("single", 8)
SINGLE_32 = Load("single", 32)
BATCH_2 = Load("batch", 2, BATCH)
LOADS = (
    *(Load(name, clients) for clients in CLIENTS for name in ("tpcb", "single")),
    Load("batch", 1, BATCH),
    BATCH_2,
    Load("python single", 8),
    Load("python batch", 2, BATCH),
)
BUDGETS = (
    Budget("single entries, 8 clients, beside TPC-B", SINGLE_8, TPCB_8, 900),
    Budget("single entries, 32 clients beside 8", SINGLE_32, SINGLE_8, 900),
    Budget("batches of 1,000, 2 clients, beside TPC-B at 8", BATCH_2, TPCB_8, 3_000),
)


def main(*, seconds: int, strict: bool) -> int:
    """Measure on a throw-away server that syncs every commit, and print figures and ratios."""
    with tempfile.TemporaryDirectory(prefix="clearing-bench-") as folder:
        Path(folder).chmod(0o755)
        server = Server(Path(folder) / "postgres")
        server.start()
        try:
            pgbench = Path(server.binaries().program("pgbench"))
            return run(
                server.dsn(),
                pgbench=pgbench if pgbench.exists() else None,
                seconds=seconds,
                strict=strict,
            )
        finally:
            server.stop()


def run(dsn: str, *, pgbench: Path | None, seconds: int, strict: bool = False) -> int:
    """Measure on the server a superuser's address names; return 1 for a missed budget if `strict`.

    Makes the databases `bench_book` and `bench_tpcb` and removes them again. Without `pgbench`
    there is nothing to stand beside: only the figures from Python are printed.
    """
    _recreate(dsn)
    try:
        rates = _measure(dsn, pgbench=pgbench, seconds=seconds)
    finally:
        _drop(dsn)
    for line in (*figures(rates), "", *verdicts(rates)):
        print(line)
    return 1 if strict and not all(is_met(rates, budget) for budget in BUDGETS) else 0


def figures(rates: Mapping[Load, Sequence[int]]) -> list[str]:
    """Return the table of medians, in transfers a second."""
    lines = [f"{'transfers/s, median':26}{'clients':>8}{'median':>10}   all rounds"]
    for load in LOADS:
        if rounds := rates.get(load):
            name = load.name if load.size == 1 else f"{load.name} of {load.size:,}"
            each = " ".join(f"{rate:,}" for rate in rounds)
            lines.append(f"{name:26}{load.clients:>8}{_median(rounds):>10,}   {each}")
    return lines


def verdicts(rates: Mapping[Load, Sequence[int]]) -> list[str]:
    """Return one line per budget: the ratio, what it must be, and PASS or MISS."""
    lines: list[str] = []
    for budget in BUDGETS:
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


def pgbench_script(size: int) -> str:
    """Return what one pgbench transaction does: post `size` entries with keys of its own."""
    return ENTRIES_SQL.replace("<size>", str(size))


def _median(rounds: Sequence[int]) -> int:
    return round(statistics.median(rounds))


def _thousandths(rates: Mapping[Load, Sequence[int]], budget: Budget) -> int | None:
    if not rates.get(budget.rate) or not rates.get(budget.beside):
        return None
    rounds = zip(rates[budget.rate], rates[budget.beside], strict=True)
    return _median([1_000 * rate // beside for rate, beside in rounds])


def _hundredths(thousandths: int) -> str:
    return f"{thousandths // 1_000}.{thousandths % 1_000 // 10:02d}"


def _measure(dsn: str, *, pgbench: Path | None, seconds: int) -> dict[Load, list[int]]:
    rates: dict[Load, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        if pgbench:
            made = [str(pgbench), "-i", "-q", "-s", str(TPCB_SCALE), _address(dsn, TPCB)]
            subprocess.run(made, check=True, capture_output=True)
        for ordinal in range(ROUNDS):
            for load in LOADS:
                if load.name.startswith("python"):
                    rates.setdefault(load, []).append(_by_python(dsn, load, seconds=seconds))
                elif pgbench:
                    rates.setdefault(load, []).append(
                        _by_pgbench(dsn, load, pgbench, Path(folder), seconds=seconds)
                    )
                _say(f"round {ordinal + 1} of {ROUNDS}: {load.name}, {load.clients} clients")
    return rates


def _by_pgbench(dsn: str, load: Load, pgbench: Path, folder: Path, *, seconds: int) -> int:
    command = [str(pgbench), "-n", "-M", "prepared", "-T", str(seconds)]
    command += ["-c", str(load.clients), "-j", str(min(load.clients, 2))]
    if load.name == "tpcb":
        command.append(_address(dsn, TPCB))
    else:
        script = folder / f"post-{load.size}.sql"
        script.write_text(pgbench_script(load.size))
        command += ["-f", str(script), _address(dsn, BOOK, role="clearing_app")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found = TPS_SHAPE.search(done.stdout)
    assert found, "pgbench ends with its rate"
    return int(found[1] + found[2]) * load.size // 1_000


def _by_python(dsn: str, load: Load, *, seconds: int) -> int:
    """Return the rate of processes that post as the program does, each on its own connection."""
    spawn = multiprocessing.get_context("spawn")
    address = _address(dsn, BOOK, role="clearing_app")
    pipes = [spawn.Pipe() for _ in range(load.clients)]
    lines: list[Line] = [ours for ours, _ in pipes]
    posters = [
        spawn.Process(target=_post_when_told, args=(address, load.size, theirs))
        for _, theirs in pipes
    ]
    for poster in posters:
        poster.start()
    for line in lines:
        line.recv()  # Connected, and the first entry posted.
    for line in lines:
        line.send(seconds)
    total = sum(line.recv() for line in lines)
    for poster in posters:
        poster.join(WAIT_MAX_S)
    return total // seconds


def _post_when_told(address: str, size: int, line: Line) -> None:
    """Connect, post once, wait for the number of seconds to post for, and answer how many."""
    url = make_url(address).set(drivername="postgresql+psycopg")
    open_tx = transactions(create_engine(url))
    number = secrets.randbelow(1 << 60)
    posted = -size
    until = 0
    while posted < 0 or time.monotonic_ns() < until:
        entries = [_entry(number + place) for place in range(size)]
        number += size
        with open_tx() as tx:
            post_entries(tx, entries)
        posted += size
        if not until:
            line.send(0)
            until = time.monotonic_ns() + line.recv() * 1_000_000_000
    line.send(posted)


def _entry(number: int) -> Entry:
    return captured(
        key=f"bench/{number}",
        gateway="vnpay",
        business_date=DAY,
        source="bench",
        lines=[("kbnn-0011", Money(750_000))],
    )


def _recreate(dsn: str) -> None:
    _drop(dsn)
    _administer(dsn, f"CREATE DATABASE {BOOK}", f"CREATE DATABASE {TPCB}")
    migrate(_address(dsn, BOOK))


def _drop(dsn: str) -> None:
    _administer(
        dsn,
        f"DROP DATABASE IF EXISTS {BOOK} WITH (FORCE)",
        f"DROP DATABASE IF EXISTS {TPCB} WITH (FORCE)",
    )


def _administer(dsn: str, *statements: str) -> None:
    url = make_url(dsn).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


def _address(dsn: str, database: str, *, role: str | None = None) -> str:
    url = make_url(dsn).set(drivername="postgresql", database=database)
    return (url.set(username=role) if role else url).render_as_string(hide_password=False)


def _say(progress: str) -> None:
    print(progress, file=sys.stderr, flush=True)
