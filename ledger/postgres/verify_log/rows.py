"""What the database holds: closed days with their seals, and every row in its canonical form."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, LiteralString

import psycopg

from ledger.postgres.verify_log.trees import leaf_hash

FETCHED_AT_ONCE: Final = 10_000
NUMBER_MAX: Final = 2**63 - 1
# Nothing is written, no name means anything but what the database came with, and whole days are
# read whole.
OPTIONS: Final = (
    "-c default_transaction_read_only=on -c search_path=pg_catalog"
    " -c cursor_tuple_fraction=1 -c jit=off -c datestyle=iso"
)
ORDER: Final = {"day": 0, "entry": 1, "audit": 2}
"""Rows stand in a tree by sort, then by number."""
_DAYS: Final = """
    SELECT to_char(coalesce(day.business_date, seal.business_date), 'YYYY-MM-DD'),
        day.business_date IS NOT NULL,
        coalesce(day.recorded_at BETWEEN clock_timestamp() - interval '10 minutes'
            AND clock_timestamp(), false),
        day.entry_count, day.transfer_count, day.checksum, seal.note,
        seal.sequence, seal.tree_size, seal.root, seal.previous_root, seal.entry_count,
        seal.audit_count, seal.audit_through,
        to_char(seal.sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    FROM ledger.closed_day AS day
    FULL JOIN ledger.seal ON seal.business_date = day.business_date
    WHERE coalesce(day.business_date, seal.business_date)
        BETWEEN '2000-01-01' AND '9999-12-31'"""
_UNCLOSED: Final = """
    SELECT to_char(business_date, 'YYYY-MM-DD'), sum(entries)::bigint,
        coalesce(business_date < (SELECT max(business_date) FROM ledger.closed_day
            WHERE business_date <= '9999-12-31'), false)
    FROM (
        SELECT business_date, count(*) AS entries FROM ledger.entry GROUP BY business_date
        UNION ALL SELECT business_date, 0 FROM ledger.transfer GROUP BY business_date
    ) AS used
    WHERE business_date BETWEEN '2000-01-01' AND '9999-12-31' AND NOT EXISTS
        (SELECT FROM ledger.closed_day AS day WHERE day.business_date = used.business_date)
    GROUP BY business_date ORDER BY business_date"""
# What the days leave out; to_char writes 2026 BC as it writes 2026, and infinity not at all.
_STRAYS: Final = """
    WITH stray AS NOT MATERIALIZED (
        SELECT concat('entry ', entry_id, ' (', idempotency_key, ')') AS named,
            business_date, recorded_at FROM ledger.entry
        UNION ALL SELECT concat('audit record ', audit_id, ' (', actor, ' ', action, ')'),
            '2000-01-01', recorded_at FROM ledger.audit_record
        UNION ALL SELECT concat('closed day ', business_date),
            business_date, recorded_at FROM ledger.closed_day
        UNION ALL SELECT concat('seal ', business_date),
            business_date, sealed_at FROM ledger.seal
    )
    SELECT concat(count(*), CASE count(*) WHEN 1 THEN ' transfer' ELSE ' transfers' END,
        ' of entry ', entry_id, CASE count(*) WHEN 1 THEN ' is' ELSE ' are' END,
        ' dated ', coalesce(business_date::text, 'never'), ', which no business day is')
    FROM ledger.transfer
    WHERE (business_date BETWEEN '2000-01-01' AND '9999-12-31') IS NOT TRUE
    GROUP BY entry_id, business_date
    UNION ALL SELECT concat(named, ' is dated ', coalesce(business_date::text, 'never'),
        ', which no business day is')
    FROM stray WHERE (business_date BETWEEN '2000-01-01' AND '9999-12-31') IS NOT TRUE
    UNION ALL SELECT concat(named, ' was recorded at ',
        coalesce((recorded_at AT TIME ZONE 'UTC')::text, 'no instant'))
    FROM stray
    WHERE (recorded_at BETWEEN '2000-01-01 00:00Z' AND '9999-12-31 00:00Z') IS NOT TRUE"""
_ACCOUNTS: Final = "SELECT account_id, kind, party, code FROM ledger.account ORDER BY account_id"
_ENTRIES: Final = """
    SELECT entry_id,
        to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        movement, idempotency_key, source,
        CASE WHEN corrects_entry_id IS NULL THEN '' ELSE coalesce(
            (SELECT corrected.idempotency_key FROM ledger.entry AS corrected
            WHERE corrected.entry_id = entry.corrects_entry_id), '?') END,
        digest
    FROM ledger.entry WHERE business_date = %s::date ORDER BY entry_id"""
_TRANSFERS: Final = """
    SELECT entry_id, ordinal, debit_account_id, credit_account_id, amount_vnd, batch
    FROM ledger.transfer WHERE business_date = %s::date ORDER BY entry_id, ordinal"""
_AUDIT: Final = """
    SELECT audit_id,
        to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        actor, action, subject, reason, digest
    FROM ledger.audit_record WHERE audit_id > %s AND audit_id <= %s ORDER BY audit_id"""
_DATE: Final = "SELECT business_date::text FROM ledger.entry WHERE entry_id = %s"


@dataclass(frozen=True, slots=True)
class Day:
    """What the database says of one day; `seal` holds its copy of what the note says."""

    date: str
    is_closed: bool
    is_fresh: bool
    entry_count: int
    transfer_count: int
    checksum: bytes
    note: str | None
    seal: dict[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: `head` is what the row itself holds, `tail` its transfers, both as hashed."""

    kind: str
    number: int
    name: str
    head: str
    tail: str
    digest: bytes
    transfers: int

    @property
    def place(self) -> tuple[int, int]:
        """Return what rows are ordered by."""
        return ORDER[self.kind], self.number

    @property
    def is_digested(self) -> bool:
        """Say whether the digest beside the row is the row's own."""
        _, _, canonical = f"{self.head}{self.tail}".partition("\n")
        return self.kind == "day" or self.digest == hashlib.sha256(canonical.encode()).digest()

    def hash_at(self, index: int) -> bytes:
        """Return the hash of the row as a leaf of its day's tree."""
        if self.kind == "day":
            return leaf_hash(self.head)
        return leaf_hash(f"row 1\n{index}\n{self.number}\n{self.head}{self.tail}")


class Book:
    """The book's tables, read in one snapshot and in bounded memory."""

    def __init__(self, connection: psycopg.Connection[Any], *, find: Callable[[str], None]) -> None:
        """Read which accounts there are; `find` is told what does not belong together."""
        self._connection = connection
        self._find = find
        self._codes: dict[int, str] = {}
        for number, kind, party, code in connection.execute(_ACCOUNTS):
            self._codes[number] = f"{kind}:{party}" if party else str(kind)
            if code != self._codes[number]:
                self._find(f"account {number} is called {code}, not {self._codes[number]}")

    def days(self) -> dict[str, Day]:
        """Return every day that is closed or sealed, by date."""
        names = ("sequence", "size", "root", "previous", "entries", "audits", "through", "sealed")
        return {
            row[0]: Day(*row[:7], seal=dict(zip(names, row[7:], strict=True)))
            for row in self._connection.execute(_DAYS)
        }

    def unclosed(self) -> list[tuple[str, int, bool]]:
        """Return open dates with rows: date, how many entries, whether a later day is closed."""
        return [(row[0], row[1], row[2]) for row in self._connection.execute(_UNCLOSED)]

    def strays(self) -> Iterator[str]:
        """Give a sentence for each row that stands in no day, or was recorded at no instant."""
        for (sentence,) in self._rows("strays", _STRAYS):
            yield sentence

    def date_of(self, entry: int) -> str | None:
        """Return the date an entry stands at now, None when it is nowhere."""
        row = self._connection.execute(_DATE, (entry,)).fetchone()
        return None if row is None else str(row[0])

    def entries(self, date: str) -> Iterator[Row]:
        """Give a date's entries by number; transfers that belong to none of them are faults."""
        transfers = self._transfers(date)
        mine = next(transfers, None)
        for number, recorded, movement, key, source, corrects, digest in self._rows(
            "entries", _ENTRIES, date
        ):
            while mine is not None and mine[0] < number:
                self._fault_of(mine, date)
                mine = next(transfers, None)
            tail, count = "", 0
            if mine is not None and mine[0] == number:
                _, tail, count = mine
                mine = next(transfers, None)
            head = f"{recorded}\nentry 1\n{movement}\n{key}\n{date}\n{source}\n{corrects}\n"
            yield Row("entry", number, key, _lines(head, 7), tail, digest, count)
        while mine is not None:
            self._fault_of(mine, date)
            mine = next(transfers, None)

    def audit(self, *, after: int, through: int = NUMBER_MAX) -> Iterator[Row]:
        """Give audit records by number."""
        for number, recorded, actor, action, subject, reason, digest in self._rows(
            "audit", _AUDIT, after, through
        ):
            head = f"{recorded}\naudit 1\n{actor}\n{action}\n{subject}\n{reason}\n"
            yield Row("audit", number, f"{actor} {action}", _lines(head, 6), "", digest, 0)

    def _transfers(self, date: str) -> Iterator[tuple[int, str, int]]:
        """Give the canonical lines of each entry's transfers, and how many they are."""
        rows = self._rows("transfers", _TRANSFERS, date)
        for number, group in groupby(rows, key=itemgetter(0)):
            legs = list(group)
            lines = [
                f"{self._codes.get(debit, '?')} {self._codes.get(credit, '?')} {amount} {batch}\n"
                for _, _, debit, credit, amount, batch in legs
            ]
            # Counted through, and each line what it looks like; else no digest may fit.
            is_sound = [leg[1] for leg in legs] == list(range(1, len(legs) + 1)) and all(
                (line.count(" "), line.count("\n")) == (3, 1) for line in lines
            )
            yield number, "".join(lines) + ("" if is_sound else "?\n"), len(legs)

    def _fault_of(self, transfers: tuple[int, str, int], date: str) -> None:
        number, _, count = transfers
        some = "1 transfer is" if count == 1 else f"{count} transfers are"
        self._find(f"{date} {some} of entry {number}, which is not of this day")

    def _rows(self, name: str, query: LiteralString, *values: object) -> Iterator[tuple[Any, ...]]:
        with self._connection.cursor(name) as cursor:
            cursor.itersize = FETCHED_AT_ONCE
            yield from cursor.execute(query, values)


def _lines(head: str, count: int) -> str:
    """Return a row's own lines; a mark that fits no digest when a field holds a line end."""
    return head if head.count("\n") == count else f"{head}?\n"
