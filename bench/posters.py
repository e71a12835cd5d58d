"""Who posts: pgbench with a script, which costs next to nothing, or Python as the program does."""

import multiprocessing
import secrets
import time
from datetime import date
from pathlib import Path
from typing import Protocol

from sqlalchemy import create_engine, make_url

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.captured import captured
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import transactions

WAIT_MAX_S = 60

# pgbench takes a colon for the start of a variable, so the codes spell theirs as \x3a.
GROWING = r"""E'captured\x3avnpay\x3a9' || lpad(CAST(CAST(:client_id AS bigint) AS text), 3, '0')
            || '.' || lpad(CAST(CAST(:step AS bigint) AS text), 9, '0')
            || '.' || CAST(CAST(:mark AS bigint) + place AS text)"""
SCATTERED = r"""E'captured\x3a'
            || (ARRAY['vnpay', 'momo', 'payos'])[1 + CAST(:number AS bigint) % 3]
            || E'\x3a' || lpad(CAST(CAST(:number AS bigint) AS text), 12, '0')
            || '.' || CAST(CAST(:mark AS bigint) + place AS text)"""
ENTRIES_SQL = r"""\set step :step + 1
\set number random(1, <numbers>)
\set mark random(1, 4000000000000000000)
SELECT count(*) FROM (
    SELECT array_agg(key) AS keys, array_agg(place) AS places, array_agg(sha256(convert_to(
        E'entry 1\ncaptured\n' || key || E'\n<day>\nbench\n\n'
        || E'receivable\x3avnpay payable\x3akbnn-0011 750000 vnpay/<day>/kbnn-0011\n',
        'UTF8'))) AS digests
    FROM (
        SELECT <key> AS key, place
        FROM generate_series(1, <size>) AS place
    ) AS one
) AS call, ledger.post_entries_v2(
    array_fill(CAST('captured' AS text), ARRAY[<size>]), keys,
    array_fill(date '<day>', ARRAY[<size>]), array_fill(CAST('bench' AS text), ARRAY[<size>]),
    array_fill(CAST(NULL AS text), ARRAY[<size>]), digests, places,
    array_fill(CAST(E'receivable\x3avnpay' AS text), ARRAY[<size>]),
    array_fill(CAST(E'payable\x3akbnn-0011' AS text), ARRAY[<size>]),
    array_fill(CAST(750000 AS bigint), ARRAY[<size>]),
    array_fill(CAST('vnpay/<day>/kbnn-0011' AS text), ARRAY[<size>]));
"""


class Line(Protocol):
    """One end of a pipe between two processes, for numbers."""

    def send(self, _number: int, /) -> None:
        """Send a number."""
        ...

    def recv(self) -> int:
        """Wait for a number."""
        ...


def pgbench_script(size: int, *, day: date, scattered_over: int = 0) -> str:
    """Return what one pgbench transaction does: post `size` entries with keys of its own.

    Keys grow within each client, or are scattered over so many stored payments.
    """
    return (
        ENTRIES_SQL.replace("<key>", SCATTERED if scattered_over else GROWING)
        .replace("<numbers>", str(scattered_over or 1))
        .replace("<size>", str(size))
        .replace("<day>", day.isoformat())
    )


def write_script(folder: Path, size: int, *, day: date, scattered_over: int = 0) -> Path:
    """Put such a script into a file of its own."""
    script = folder / f"post-{size}-{scattered_over}.sql"
    script.write_text(pgbench_script(size, day=day, scattered_over=scattered_over))
    return script


def post_by_python(address: str, *, day: date, size: int, clients: int, seconds: int) -> int:
    """Return the rate of processes that post as the program does, each on its own connection."""
    spawn = multiprocessing.get_context("spawn")
    pipes = [spawn.Pipe() for _ in range(clients)]
    lines: list[Line] = [ours for ours, _ in pipes]
    posters = [
        spawn.Process(target=_post_when_told, args=(address, day, size, theirs))
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


def _post_when_told(address: str, day: date, size: int, line: Line) -> None:
    """Connect, post once, wait for the number of seconds to post for, and answer how many."""
    url = make_url(address).set(drivername="postgresql+psycopg")
    open_tx = transactions(create_engine(url))
    number = secrets.randbelow(1 << 60)
    posted = -size
    until = 0
    while posted < 0 or time.monotonic_ns() < until:
        entries = [_entry(number + place, day=day) for place in range(size)]
        number += size
        with open_tx() as tx:
            post_entries(tx, entries)
        posted += size
        if not until:
            line.send(0)
            until = time.monotonic_ns() + line.recv() * 1_000_000_000
    line.send(posted)


def _entry(number: int, *, day: date) -> Entry:
    return captured(
        key=f"captured:vnpay:8{number}",
        gateway="vnpay",
        business_date=day,
        source="bench",
        lines=[("kbnn-0011", Money(750_000))],
    )
