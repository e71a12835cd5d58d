"""A list taken in: good rows are kept, bad ones named by row and column; or only tried."""

import enum
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from api.house import House
from api.uploads.cells import Line
from api.uploads.columns import BadCell, Row, column_of, read_rows
from api.uploads.csv_file import read_csv
from api.uploads.reasons import CONFLICTS_EN, CONFLICTS_VI, in_vietnamese
from api.uploads.xlsx_file import read_xlsx
from ledger.audit_record import AuditRecord
from ledger.postgres import audit_rows
from ledger.postgres.transaction import Tx
from payments.intake import Channel, Received
from payments.obligation import NewObligation
from payments.push_obligations import PUSHED_MAX, PushOutcome, PushVerdict, push_obligations
from payments.take_in import Unreadable, take_in

_ZIP: Final = b"PK"
_OLD: Final = b"\xd0\xcf\x11\xe0"


class Format(enum.StrEnum):
    """How a list is written."""

    CSV = "csv"
    XLSX = "xlsx"


READERS: Final[Mapping[Format, Callable[[bytes], list[Line]]]] = {
    Format.CSV: read_csv,
    Format.XLSX: read_xlsx,
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that was read: its rows, and what its bytes are known by."""

    format: Format
    kind: str
    provider: str
    digest: bytes
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row, `row` being its number in the sheet."""

    row: int
    number: str
    outcome: PushOutcome
    bad: tuple[BadCell, ...]


@dataclass(frozen=True, slots=True)
class ListResult:
    """What became of a list; `intake_id` is None where it was only tried."""

    intake_id: int | None
    counts: Mapping[PushOutcome, int]
    rows: tuple[RowResult, ...]

    @property
    def refused(self) -> list[RowResult]:
        """Return the rows that were not taken in."""
        return [row for row in self.rows if row.bad]


class _Tried(Exception):
    """Undoes what was only tried."""


def format_of(raw: bytes) -> Format:
    """Return what a file is by its first bytes."""
    return Format.XLSX if raw.startswith((_ZIP, _OLD)) else Format.CSV


def read_list(raw: bytes, *, format_: Format, kind: str, provider: str) -> Listed:
    """Return the rows of a file.

    Raises:
        FileRefused: nothing in it can be read.
    """
    rows = read_rows(READERS[format_](raw), kind=kind, provider=provider)
    return Listed(format_, kind, provider, hashlib.sha256(raw).digest(), tuple(rows))


def take_list(
    house: House, listed: Listed, *, client: str, record: AuditRecord | None = None
) -> ListResult:
    """Keep the good rows of a list in one go and return what became of each.

    With a `record` it is staff who send it, for whichever authority, and the record commits with
    it; without, a partner sends it for an authority it speaks for.

    Raises:
        NotFound: there is no such authority, or this partner does not speak for it.
        InputRefused: the authority may push nothing new that day, or so much in no minute.
        QuotaSpent: it has sent its share of this minute.
    """

    def keep(tx: Tx, items: Sequence[NewObligation]) -> list[PushVerdict]:
        if record is not None:
            audit_rows.record(tx, record)
        return _push(tx, house, items)

    taken = take_in(
        house.open_tx,
        Received(
            authority=listed.provider,
            client=client,
            channel=Channel(listed.format),
            digest=listed.digest,
            item_count=len(listed.rows),
        ),
        [row.obligation or Unreadable(_unread(row)) for row in listed.rows],
        keep,
        now=house.clock(),
        of_staff=record is not None,
    )
    return _result(listed, taken.verdicts, intake_id=taken.intake_id)


def try_list(house: House, listed: Listed, *, record: AuditRecord) -> ListResult:
    """Return what would become of each row; nothing is kept but the record of who asked."""
    with house.open_tx() as tx:
        audit_rows.record(tx, record)
    told: list[PushVerdict] = []
    with suppress(_Tried), house.open_tx() as tx:
        told += _push(tx, house, _readable(listed))
        raise _Tried
    verdicts = iter(told)
    return _result(
        listed,
        [_unread(row) if row.bad else next(verdicts) for row in listed.rows],
        intake_id=None,
    )


def _push(tx: Tx, house: House, items: Sequence[NewObligation]) -> list[PushVerdict]:
    verdicts: list[PushVerdict] = []
    for at in range(0, len(items), PUSHED_MAX):
        chunk = items[at : at + PUSHED_MAX]
        verdicts += push_obligations(tx, chunk, keys=house.personal_keys, now=house.clock())
    return verdicts


def _readable(listed: Listed) -> list[NewObligation]:
    return [row.obligation for row in listed.rows if row.obligation is not None]


def _unread(row: Row) -> PushVerdict:
    first = row.bad[0]
    return PushVerdict(row.number, PushOutcome.REFUSED, field=first.column, reason=first.en)


def _result(
    listed: Listed, verdicts: Sequence[PushVerdict], *, intake_id: int | None
) -> ListResult:
    rows = tuple(
        RowResult(row.row, row.number, verdict.outcome, row.bad or _bad(listed.kind, row, verdict))
        for row, verdict in zip(listed.rows, verdicts, strict=True)
    )
    return ListResult(intake_id, Counter(row.outcome for row in rows), rows)


def _bad(kind: str, row: Row, verdict: PushVerdict) -> tuple[BadCell, ...]:
    match verdict.outcome:
        case PushOutcome.NEW | PushOutcome.SAME_AGAIN:
            return ()
        case PushOutcome.CONFLICTS:
            column = column_of("number", kind=kind)
            return (BadCell(row.row, column, CONFLICTS_VI, CONFLICTS_EN),)
        case PushOutcome.REFUSED:
            column = column_of(verdict.field, kind=kind)
            return (BadCell(row.row, column, in_vietnamese(verdict.reason), verdict.reason),)
