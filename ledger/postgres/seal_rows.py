"""Seals of closed days, and the rows that stand under them in the order of their leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from typing import Any, Final

import sqlalchemy as sa

from ledger.audit_record import canonical_bytes
from ledger.postgres import audit_rows
from ledger.postgres.refusals import refusals
from ledger.postgres.tables import account, audit_record, closed_day, entry, seal, transfer
from ledger.postgres.transaction import Tx
from ledger.seal import NO_ROOT, Leaf, Seal, SealedDay, instant_text, row_leaf

FETCH_MAX: Final = 5_000
"""Rows held at once while streaming."""

_LEDGER_LOCKS: Final = 1279543109
_SEALING: Final = -2
"""What is locked while somebody seals; days have numbers from 0, -1 is every post's."""


@dataclass(frozen=True, slots=True)
class KeptSeal:
    """A seal as it stands in the book."""

    day: SealedDay
    root: bytes
    note: str
    sealed_at: datetime


def take_turn(tx: Tx) -> bool:
    """Be the only one who seals until the transaction ends; False when somebody else does."""
    turn = sa.select(sa.func.pg_try_advisory_xact_lock(_LEDGER_LOCKS, _SEALING))
    return bool(tx.execute(turn).scalar_one())


def audit_through(tx: Tx) -> int:
    """Return the number through which audit records are final.

    Holds back whoever writes one until the transaction ends: end it at once.
    """
    return int(tx.execute(sa.select(sa.func.ledger.audit_through_v1())).scalar_one())


def next_day(tx: Tx, *, through: int) -> SealedDay | None:
    """Return what the next seal stands over, with audit records `through` a number at least.

    None when every closed day has its seal.
    """
    last = next(iter(newest(tx, limit_max=1)), None)
    query = sa.select(closed_day.c.business_date).order_by(closed_day.c.business_date).limit(1)
    if last is not None:
        query = query.where(closed_day.c.business_date > last.day.business_date)
    day: date | None = tx.execute(query).scalar_one_or_none()
    if day is None:
        return None
    after = 0 if last is None else last.day.audit_through
    through = max(after, through)
    in_day = sa.select(sa.func.count()).select_from(entry).where(entry.c.business_date == day)
    in_span = (
        sa.select(sa.func.count())
        .select_from(audit_record)
        .where(audit_record.c.audit_id > after, audit_record.c.audit_id <= through)
    )
    return SealedDay(
        business_date=day,
        sequence=1 if last is None else last.day.sequence + 1,
        previous_root=NO_ROOT if last is None else last.root,
        entry_count=int(tx.execute(in_day).scalar_one()),
        audit_count=int(tx.execute(in_span).scalar_one()),
        audit_after=after,
        audit_through=through,
    )


def closed_checksum(tx: Tx, business_date: date) -> bytes:
    """Return the sum over the digests of a closed day's entries, in order, from its close."""
    query = sa.select(closed_day.c.checksum).where(closed_day.c.business_date == business_date)
    return bytes(tx.execute(query).scalar_one())


def keep(tx: Tx, sealed: Seal, *, note: str) -> None:
    """Keep a seal.

    Raises:
        EntryRefused: the day is not the next to be sealed, or not over the rows that are there.
    """
    day = sealed.day
    keeping = sa.select(
        sa.func.ledger.seal_day_v1(
            day.business_date,
            day.sequence,
            day.entry_count,
            day.audit_count,
            day.audit_through,
            sealed.root,
            day.previous_root,
            note,
            sealed.sealed_at,
        )
    )
    with refusals():
        tx.execute(keeping)


def leaves(tx: Tx, day: SealedDay) -> Iterator[Leaf]:
    """Return the leaves of a day's tree, in order, a few rows at a time."""
    yield day.leaf
    # A day is read whole and in order: no plan made for the first few rows, or for none expected.
    for name, value in (("cursor_tuple_fraction", "1"), ("enable_nestloop", "off"), ("jit", "off")):
        tx.execute(sa.select(sa.func.set_config(name, value, True)))  # noqa: FBT003 (local, by place only)
    streaming = {"stream_results": True, "yield_per": FETCH_MAX}
    places = count(1)
    found = tx.execute(_ENTRIES, {"day": day.business_date}, execution_options=streaming)
    for rows in found.partitions():
        for row in rows:
            yield _entry_leaf(next(places), row)
    for one in audit_rows.between(tx, after=day.audit_after, through=day.audit_through):
        yield row_leaf(
            "audit",
            place=next(places),
            row_id=one.audit_id,
            recorded_at=instant_text(one.recorded_at),
            body=canonical_bytes(one.record),
        )


def entry_leaf(tx: Tx, key: str, *, place: int) -> Leaf | None:
    """Return the leaf of one entry as if it stood at a place, None when there is no such entry."""
    row = tx.execute(_ENTRY, {"key": key}).one_or_none()
    return None if row is None else _entry_leaf(place, row)


def all_seals(tx: Tx) -> list[KeptSeal]:
    """Return every seal, in order."""
    return _kept(tx, sa.select(_SEALS).order_by(_SEALS.c.sequence))


def newest(tx: Tx, *, limit_max: int) -> list[KeptSeal]:
    """Return the last seals, newest first."""
    return _kept(tx, sa.select(_SEALS).order_by(_SEALS.c.sequence.desc()).limit(limit_max))


def between(tx: Tx, *, first: date, last: date) -> list[KeptSeal]:
    """Return the seals of the business dates from `first` to `last`, newest first."""
    within = _SEALS.c.business_date.between(first, last)
    return _kept(tx, sa.select(_SEALS).where(within).order_by(_SEALS.c.sequence.desc()))


def seal_of(tx: Tx, business_date: date) -> KeptSeal | None:
    """Return the seal of a day, None while it has none."""
    return next(iter(between(tx, first=business_date, last=business_date)), None)


def seal_over(tx: Tx, key: str) -> KeptSeal | None:
    """Return the seal an entry stands under, None while its day has none or it is not there."""
    query = sa.select(entry.c.business_date).where(entry.c.idempotency_key == key)
    day: date | None = tx.execute(query).scalar_one_or_none()
    return None if day is None else seal_of(tx, day)


def roots(tx: Tx, *, through: int | None = None) -> list[tuple[date, bytes]]:
    """Return dates and roots of the sealed days in order, up to a sequence; all when None."""
    query = sa.select(seal.c.business_date, seal.c.root).order_by(seal.c.sequence)
    if through is not None:
        query = query.where(seal.c.sequence <= through)
    return [(row.business_date, bytes(row.root)) for row in tx.execute(query)]


def months(tx: Tx) -> list[date]:
    """Return the first day of each month with a sealed day, newest first."""
    month = sa.cast(sa.func.date_trunc("month", seal.c.business_date), sa.Date)
    return list(tx.execute(sa.select(month).distinct().order_by(month.desc())).scalars())


def unsealed(tx: Tx, *, closed_by: datetime) -> list[date]:
    """Return the days that were closed by an instant and have no seal, in order."""
    query = (
        sa.select(closed_day.c.business_date)
        .outerjoin(seal, seal.c.business_date == closed_day.c.business_date)
        .where(seal.c.business_date.is_(None), closed_day.c.closed_at <= closed_by)
        .order_by(closed_day.c.business_date)
    )
    return list(tx.execute(query).scalars())


def _entry_leaf(place: int, row: sa.Row[Any]) -> Leaf:
    return row_leaf(
        "entry",
        place=place,
        row_id=row.entry_id,
        recorded_at=row.recorded_at,
        body=row.body.encode(),
    )


def _kept(tx: Tx, query: sa.Select[Any]) -> list[KeptSeal]:
    return [
        KeptSeal(
            day=SealedDay(
                business_date=row.business_date,
                sequence=int(row.sequence),
                previous_root=bytes(row.previous_root),
                entry_count=int(row.entry_count),
                audit_count=int(row.audit_count),
                audit_after=int(row.audit_after),
                audit_through=int(row.audit_through),
            ),
            root=bytes(row.root),
            note=str(row.note),
            sealed_at=row.sealed_at,
        )
        for row in tx.execute(query)
    ]


# A day's first record is the one after the last of the day before: by sequence, since a window over
# all seals would read them all for one.
_before = seal.alias("before")
_SEALS: Final = (
    sa.select(seal, sa.func.coalesce(_before.c.audit_through, 0).label("audit_after"))
    .outerjoin(_before, _before.c.sequence == seal.c.sequence - 1)
    .subquery("seals")
)

_debit, _credit, _corrected = account.alias("debit"), account.alias("credit"), entry.alias()
_LINES: Final = sa.func.string_agg(
    sa.func.ledger.leg_line_v1(
        _debit.c.code, _credit.c.code, transfer.c.amount_vnd, transfer.c.batch
    ),
    sa.text("'' ORDER BY transfer.ordinal"),
)
_END: Final = sa.func.chr(10)


def _canonical(lines: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return an entry's canonical form, told by the rows alone."""
    corrects = sa.case(
        (
            # Looked up one by one: most entries correct none, and a join would read the whole book.
            entry.c.corrects_entry_id.is_not(None),
            sa.select(_corrected.c.idempotency_key)
            .where(_corrected.c.entry_id == entry.c.corrects_entry_id)
            .scalar_subquery(),
        ),
        else_="",
    )
    return sa.func.concat(
        "entry 1",
        *(_END, entry.c.movement),
        *(_END, entry.c.idempotency_key),
        *(_END, sa.func.to_char(entry.c.business_date, "YYYY-MM-DD")),
        *(_END, entry.c.source),
        *(_END, corrects),
        *(_END, lines),
    )


def _row(lines: sa.ColumnElement[str]) -> sa.Select[*tuple[Any, ...]]:
    """Return the query of an entry's number, time and canonical form."""
    recorded_at = sa.func.to_char(
        sa.func.timezone("UTC", entry.c.recorded_at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    )
    body = _canonical(lines)
    return sa.select(entry.c.entry_id, recorded_at.label("recorded_at"), body.label("body"))


def _legs() -> sa.Select[*tuple[Any, ...]]:
    """Return the query of the lines of transfers, which loses none that has lost its account."""
    return (
        sa.select(_LINES.label("lines"))
        .select_from(transfer)
        .outerjoin(_debit, _debit.c.account_id == transfer.c.debit_account_id)
        .outerjoin(_credit, _credit.c.account_id == transfer.c.credit_account_id)
    )


_of_day = (
    _legs()
    .add_columns(transfer.c.entry_id)
    .where(transfer.c.business_date == sa.bindparam("day"))
    .group_by(transfer.c.entry_id)
    .subquery("legs")
)
_ENTRIES: Final = (
    _row(_of_day.c.lines)
    .select_from(entry)
    .outerjoin(_of_day, _of_day.c.entry_id == entry.c.entry_id)
    .where(entry.c.business_date == sa.bindparam("day"))
    .order_by(entry.c.entry_id)
)
_of_entry = (
    _legs()
    .where(
        transfer.c.entry_id == entry.c.entry_id,
        transfer.c.business_date == entry.c.business_date,
    )
    .correlate(entry)
    .scalar_subquery()
)
_ENTRY: Final = _row(_of_entry).where(entry.c.idempotency_key == sa.bindparam("key"))
