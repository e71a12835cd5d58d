"""A book as it is after years: payments, settlements and closed days, filled in with COPY.

What is written is what the program would have written: digests that hold, days closed by
`ledger.close_day_v2`, months opened by `ledger.open_months_v1`. Only the triggers that check every
statement stand aside meanwhile, as no one but a superuser can have it, and the days that closed
just now say that they closed in their own night, so that both clocks can be asked.

One connection makes rows in SQL, another takes them in: both in binary, one day at a time.
"""

import shutil
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from api.clock import monotonic_ms, now
from api.postgres.errors import ServerFailed
from bench.place import Place, new_book, say
from ledger.accounts import Account, AccountKind
from ledger.postgres.days import close_day
from ledger.postgres.transaction import OpenTx

PARTIES_MAX = 3_000
CLOSED_DAYS_MAX = 365
OPEN_DAYS = 2
OPEN_TRANSFERS_MAX = 1_000_000
BYTES_EACH = 490
"""What a stored transfer takes, with its share of an entry, of indexes and of daily balances."""
BYTES_BESIDES = 8_000_000_000
"""What the log of a fill takes while it lasts, and an empty server."""
BYTES_MAX = 35_000_000_000
PIECE_BYTES = 1 << 17
SQL = Path(__file__).with_name("sql") / "growth.sql"
ANALYZED_AFTER = (0, 7, 60)
"""Days after which the planner looks again, while the book is growing fastest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How many transfers over how many beneficiaries and days; `last` and the day before stay open.

    Everything is of the past, so that today's postings come after it on both clocks.
    """

    stored: int
    closed_days: int
    parties: int
    last: date

    @property
    def days(self) -> list[date]:
        """Return every business date, in order."""
        count = self.closed_days + OPEN_DAYS
        return [self.last - timedelta(days=count - 1 - place) for place in range(count)]

    @property
    def today(self) -> date:
        """Return the business date that is posted into, after everything stored."""
        return self.last + timedelta(days=1)

    @property
    def last_closed(self) -> date:
        """Return the day everything later starts from."""
        return self.last - timedelta(days=OPEN_DAYS)

    @property
    def open_transfers(self) -> int:
        """Return how many transfers the open days hold together."""
        return min(OPEN_TRANSFERS_MAX, self.stored // 2)

    @property
    def hot(self) -> Account:
        """Return the treasury account that a fourteenth of all money is owed to."""
        return self.party(0)

    def party(self, place: int) -> Account:
        """Return what is owed to one beneficiary; the first ones get the most."""
        return Account(AccountKind.PAYABLE, f"kbnn-{place:04d}")

    def share_of(self, day: date, *, written: int) -> int:
        """Return how many transfers a day is to hold when so many stand before it."""
        if day > self.last_closed:
            left, days_left = self.stored - written, (self.last - day).days + 1
        else:
            left = self.stored - self.open_transfers - written
            days_left = (self.last_closed - day).days + 1
        return max(1, left // days_left)


class TooBig(ServerFailed):
    """There is no room for so many transfers; the message says how much is missing."""


def plan_of(stored: int, *, today: date) -> Plan:
    """Return the plan of a book with so many transfers, the last of them of yesterday."""
    return Plan(
        stored=stored,
        closed_days=min(CLOSED_DAYS_MAX, max(3, stored // 20_000)),
        parties=min(PARTIES_MAX, max(5, stored // 300)),
        last=today - timedelta(days=1),
    )


def require_room(stored: int, *, free_bytes: int) -> None:
    """Refuse a book that the disk, or reason, does not hold.

    Raises:
        TooBig: it takes more than `BYTES_MAX`, or than four fifths of what is free.
    """
    wanted = stored * BYTES_EACH + min(BYTES_BESIDES, 100_000_000 + stored * BYTES_EACH)
    most = min(BYTES_MAX, free_bytes * 4 // 5)
    if wanted > most:
        raise TooBig(
            f"{stored:,} transfers take about {_gb(wanted)}, and {_gb(most)} is the most here"
            f" (free: {_gb(free_bytes)})"
        )


def fill(place: Place, database: str, plan: Plan) -> None:
    """Create a database whose book holds what the plan says; settings change only meanwhile.

    Raises:
        TooBig: the disk has no room for it.
    """
    require_room(plan.stored, free_bytes=shutil.disk_usage(place.folder).free)
    new_book(place, database)
    address = place.address(database)
    with in_bulk(place), psycopg.connect(address, autocommit=True) as taker:
        taker.execute(SQL.read_bytes())
        taker.execute("SELECT bench.begin(%s, %s, %s)", (plan.days[0], plan.last, plan.parties))
        with (
            psycopg.connect(address, autocommit=True) as maker,
            place.book(database, role="clearing_recon") as open_tx,
        ):
            _fill_days(open_tx, plan, _Pipe(maker, taker))
        say("triggers, closing times, statistics")
        taker.execute("SELECT bench.finish()")
        taker.execute("DROP SCHEMA bench CASCADE")
        taker.execute("VACUUM (ANALYZE)")
        taker.execute("CHECKPOINT")


def size_of(place: Place, database: str) -> str:
    """Return what a filled book holds and takes, in words."""
    with psycopg.connect(place.address(database)) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM ledger.transfer), (SELECT count(*) FROM ledger.entry),"
            " (SELECT count(*) FROM ledger.account), (SELECT count(*) FROM ledger.closed_day),"
            " pg_database_size(current_database())"
        ).fetchone()
    assert row, "counts are always there"
    transfers, entries, accounts, days, size = row
    return (
        f"{transfers:,} transfers in {entries:,} entries, {accounts:,} accounts,"
        f" {days} closed days, {_gb(size)}"
    )


@dataclass(frozen=True, slots=True)
class _Pipe:
    """Two connections: one makes rows, one takes them in."""

    maker: psycopg.Connection
    taker: psycopg.Connection

    def copy(self, movement: str) -> tuple[int, int]:
        """Copy what two views show into the book at once; return how many entries and transfers."""
        with self.taker.transaction():
            return self._copy(movement, "entry"), self._copy(movement, "transfer")

    def _copy(self, movement: str, table: str) -> int:
        view = sql.Identifier("bench", f"{movement}_{table}")
        shown = self.maker.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(view)).description
        columns = [sql.Identifier(column.name) for column in shown or ()]
        reading = sql.SQL("COPY (SELECT * FROM {}) TO STDOUT (FORMAT binary)").format(view)
        writing = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(
            sql.Identifier("ledger", table), sql.SQL(", ").join(columns)
        )
        with self.maker.cursor() as out, self.taker.cursor() as into:
            with out.copy(reading) as made, into.copy(writing) as taken:
                for piece in _in_pieces(made):
                    taken.write(piece)
            return into.rowcount


def _fill_days(open_tx: OpenTx, plan: Plan, pipe: _Pipe) -> None:
    began = monotonic_ms()
    entries = transfers = 0
    for place, day in enumerate(plan.days):
        share = plan.share_of(day, written=transfers)
        pipe.maker.execute("SELECT bench.turn_to(%s, %s)", (day, entries + 1))
        settled = pipe.copy("settled")
        # A transfer and a quarter each; at least half of a day is new payments.
        payments = max(1, max(share // 2, share - settled[1]) * 4 // 5)
        entries += settled[0]
        pipe.maker.execute("SELECT bench.take_payments(%s, %s)", (payments, entries + 1))
        captured = pipe.copy("captured")
        entries += captured[0]
        transfers += settled[1] + captured[1]
        # What autovacuum does on a server that lives through its days.
        pipe.taker.execute("SELECT brin_summarize_new_values('ledger.entry_by_day')")
        if place in ANALYZED_AFTER:
            pipe.taker.execute("ANALYZE")
        if day <= plan.last_closed:
            with open_tx() as tx:
                close_day(tx, day, now=now())
        pace = transfers * 1_000 // max(1, monotonic_ms() - began)
        say(f"{day}: {transfers:,} of {plan.stored:,} transfers, {pace:,}/s")


def _in_pieces(made: psycopg.Copy) -> Generator[bytes]:
    """Give rows many at a time: sending each by itself would take longer than making it."""
    rows: list[bytes | bytearray | memoryview] = []
    size = 0
    for row in made:
        rows.append(row)
        size += len(row)
        if size >= PIECE_BYTES:
            yield b"".join(rows)
            rows, size = [], 0
    yield b"".join(rows)


@contextmanager
def in_bulk(place: Place) -> Generator[None]:
    """Set the server up for a fill, and for what is measured as it was shipped."""
    with psycopg.connect(place.dsn, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET max_wal_size = '6GB'")
        connection.execute("ALTER SYSTEM SET synchronous_commit = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET ALL")
            connection.execute("SELECT pg_reload_conf()")


def _gb(size: int) -> str:
    return f"{size // 1_000_000_000:,}.{size % 1_000_000_000 // 100_000_000} GB"
