"""Business days that are closed for ever, in order."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from ledger.postgres.refusals import refusals
from ledger.postgres.tables import closed_day, entry
from ledger.postgres.transaction import Tx


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What was in a business day when it closed; `checksum` covers every entry, in order."""

    business_date: date
    closed_at: datetime
    entry_count: int
    transfer_count: int
    checksum: bytes


def close_day(tx: Tx, business_date: date, *, now: datetime) -> bool:
    """Close a day, and with it every earlier day without entries; False when it was closed already.

    Close one day per transaction: this waits for whoever is posting into the day.

    Raises:
        DayOutOfOrder: an earlier day has entries and is open, or this one was passed over.
    """
    closing = sa.select(sa.func.ledger.close_day_v2(business_date, now))
    with refusals():
        return bool(tx.execute(closing).scalar_one())


def is_closed(tx: Tx, business_date: date) -> bool:
    """Say whether entries for this date are refused."""
    through = _closed_through(tx)
    return through is not None and business_date <= through


def first_open_from(tx: Tx, business_date: date) -> date:
    """Return this date, or the one after the last closed day when it is closed."""
    through = _closed_through(tx)
    if through is None or business_date > through:
        return business_date
    return through + timedelta(days=1)


def open_days(tx: Tx) -> list[date]:
    """Return the business dates that have entries and are not closed, in order."""
    through = _closed_through(tx)
    query = sa.select(entry.c.business_date).distinct().order_by(entry.c.business_date)
    if through is not None:
        query = query.where(entry.c.business_date > through)
    return list(tx.execute(query).scalars())


def closed_days(tx: Tx, *, since: date | None = None) -> list[ClosedDay]:
    """Return the closed days from `since` on, in order."""
    query = sa.select(closed_day).order_by(closed_day.c.business_date)
    if since is not None:
        query = query.where(closed_day.c.business_date >= since)
    return [
        ClosedDay(
            business_date=row.business_date,
            closed_at=row.closed_at,
            entry_count=int(row.entry_count),
            transfer_count=int(row.transfer_count),
            checksum=bytes(row.checksum),
        )
        for row in tx.execute(query)
    ]


def _closed_through(tx: Tx) -> date | None:
    through: date | None = tx.execute(
        sa.select(sa.func.max(closed_day.c.business_date)),
    ).scalar_one()
    return through
