"""The journal read for an export: a day at a time, never all at once."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from ledger.accounts import Account, AccountKind
from ledger.exports.journal import Journal, Line, Span
from ledger.money import Money
from ledger.postgres.balances import balances
from ledger.postgres.recorded import fix_instant
from ledger.postgres.tables import account, entry, transfer
from ledger.postgres.transaction import Tx

FETCH_MAX: Final = 5_000
"""Rows held at once while streaming."""


def read_journal(
    tx: Tx, *, first: date | None, last: date | None, recorded_by: datetime | None
) -> Journal:
    """Return the journal from the first day through the last as an instant knew it, None for now.

    Its lines are read while somebody takes them, inside `tx`. The same days and instant give the
    same journal whenever they are asked for.

    Raises:
        InstantOpen: more may still be recorded by that instant.
        ValueError: the last day is before the first, or the instant has no zone.
    """
    span = Span(first=first, last=last, recorded_by=fix_instant(tx, recorded_by))
    days = _days(tx, span)
    before = span.day_before
    return Journal(
        span=span,
        days=days,
        opening={} if before is None else _standing(tx, span, as_of=before),
        closing=_standing(tx, span, as_of=span.last),
        lines=_lines(tx, span, days),
    )


def _days(tx: Tx, span: Span) -> Sequence[date]:
    query = (
        sa.select(entry.c.business_date)
        .where(entry.c.recorded_at <= span.recorded_by)
        .distinct()
        .order_by(entry.c.business_date)
    )
    if span.first is not None:
        query = query.where(entry.c.business_date >= span.first)
    if span.last is not None:
        query = query.where(entry.c.business_date <= span.last)
    return tx.execute(query).scalars().all()


def _standing(tx: Tx, span: Span, *, as_of: date | None) -> Mapping[Account, Money]:
    chart = list(AccountKind)
    found = balances(tx, as_of=as_of, recorded_by=span.recorded_by)
    places = sorted(found, key=lambda place: (chart.index(place.kind), place.party))
    return {place: found[place].net for place in places}


def _lines(tx: Tx, span: Span, days: Sequence[date]) -> Iterator[Line]:
    # A cursor is planned for its first rows unless told that all will be read; and a whole day is
    # never found quicker entry by entry, whatever the planner believes of a table it does not know.
    for setting, value in (("cursor_tuple_fraction", "1"), ("enable_nestloop", "off")):
        tx.execute(sa.select(sa.func.set_config(setting, value, sa.true())))
    streaming = {"stream_results": True, "yield_per": FETCH_MAX}
    for day in days:
        asked = {"day": day, "recorded_by": span.recorded_by}
        for rows in tx.execute(_DAY, asked, execution_options=streaming).partitions():
            yield from map(Line._make, rows)


_debit, _credit, _corrected = account.alias("debit"), account.alias("credit"), entry.alias()
_DAY: Final = (
    sa.select(
        entry.c.entry_id,
        entry.c.idempotency_key,
        entry.c.movement,
        entry.c.business_date,
        entry.c.recorded_at,
        entry.c.source,
        # Looked up one by one: most entries correct none, and a join would read the whole book.
        sa.case(
            (
                entry.c.corrects_entry_id.is_not(None),
                sa.select(_corrected.c.idempotency_key)
                .where(_corrected.c.entry_id == entry.c.corrects_entry_id)
                .scalar_subquery(),
            ),
        ),
        entry.c.digest,
        transfer.c.ordinal,
        _debit.c.code,
        _credit.c.code,
        transfer.c.amount_vnd,
        transfer.c.batch,
    )
    .join(transfer, transfer.c.entry_id == entry.c.entry_id)
    .join(_debit, _debit.c.account_id == transfer.c.debit_account_id)
    .join(_credit, _credit.c.account_id == transfer.c.credit_account_id)
    .where(
        entry.c.business_date == sa.bindparam("day"),
        transfer.c.business_date == sa.bindparam("day"),
        entry.c.recorded_at <= sa.bindparam("recorded_by"),
    )
    .order_by(entry.c.entry_id, transfer.c.ordinal)
)
"""The fields of `Line`, in order."""
