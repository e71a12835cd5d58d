"""What staff look at first: business days that are still open, and the files that came last."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.money import Money
from ledger.postgres.transaction import Tx

_OPEN_DAYS: Final = """
SELECT taken.business_date, count(*) AS lines, sum(taken.amount_vnd)::bigint AS amount_vnd
FROM payments.reconcilable_v1 AS taken
WHERE NOT EXISTS (
    SELECT FROM reconciliation.day WHERE day.business_date = taken.business_date)
GROUP BY taken.business_date
ORDER BY taken.business_date
LIMIT %(limit)s
"""
_FILES: Final = """
SELECT file.file_id, file.source, file.name, encode(file.sha256, 'hex') AS sha256,
    file.received_at, file.state, file.reason, file.business_date, file.item_count
FROM reconciliation.file
ORDER BY file.file_id DESC
LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class OpenDay:
    """A business day money was taken on that is not closed yet."""

    business_date: date
    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class RecentFile:
    """A file as it was judged; without a business date and with a reason while not believed."""

    file_id: int
    source: str
    name: str
    sha256: str
    received_at: datetime
    state: str
    reason: str
    business_date: date | None
    items: int


def open_days(tx: Tx, *, limit: int) -> list[OpenDay]:
    """Return the oldest business days that hold money and are open."""
    return [
        OpenDay(row.business_date, int(row.lines), Money(int(row.amount_vnd)))
        for row in tx.exec_driver_sql(_OPEN_DAYS, {"limit": limit})
    ]


def recent_files(tx: Tx, *, limit: int) -> list[RecentFile]:
    """Return the files that came last, newest first."""
    return [
        RecentFile(
            file_id=int(row.file_id),
            source=str(row.source),
            name=str(row.name),
            sha256=str(row.sha256),
            received_at=row.received_at,
            state=str(row.state),
            reason=str(row.reason),
            business_date=row.business_date,
            items=int(row.item_count or 0),
        )
        for row in tx.exec_driver_sql(_FILES, {"limit": limit})
    ]
