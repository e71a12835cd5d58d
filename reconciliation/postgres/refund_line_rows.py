"""Refunds in reports: which line is which refund of ours, and which no report holds yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.matching import Taken
from reconciliation.postgres.file_rows import FileToMatch
from reconciliation.postgres.match_rows import taken_of

# A line names the order, or the refund by our number. Refunds of one order and amount are alike in
# every respect the book knows, so the first line is the first of them.
_FITTING: Final = """
WITH line AS (
    SELECT item.item_id, item.reference, item.amount_vnd,
        row_number() OVER (
            PARTITION BY item.reference, item.amount_vnd ORDER BY item.item_id
        ) AS place
    FROM reconciliation.item
    WHERE item.item_id = ANY(%(items)s::bigint[]) AND item.fee_vnd = 0
), waiting AS (
    SELECT refund.refund_id, refund.number, refund.amount_vnd AS back_vnd,
        capture.capture_id, capture.movement, capture.business_date, capture.beneficiary,
        capture.amount_vnd, capture.payment_number, told.reference,
        row_number() OVER (
            PARTITION BY told.reference, refund.amount_vnd ORDER BY refund.refund_id
        ) AS place
    FROM payments.refund
    JOIN payments.reconcilable_v1 AS capture ON capture.capture_id = refund.capture_id
    CROSS JOIN LATERAL (VALUES (capture.reference), (refund.number)) AS told (reference)
    WHERE refund.gateway = %(gateway)s
        AND told.reference IN (SELECT line.reference FROM line)
        AND refund.state IN ('sent', 'accepted', 'unknown', 'done')
        AND (refund.route = 'gateway' OR refund.settlement = 'netted')
        AND NOT EXISTS (
            SELECT FROM reconciliation.refund_match
            WHERE refund_match.refund_id = refund.refund_id)
)
SELECT line.item_id, waiting.*, entry.business_date AS booked_on
FROM line
JOIN waiting
    ON waiting.reference = line.reference AND waiting.back_vnd = line.amount_vnd
    AND waiting.place = line.place
LEFT JOIN ledger.entry ON entry.idempotency_key = 'refunded:' || waiting.number
ORDER BY line.item_id
"""
_KEEP: Final = """
INSERT INTO reconciliation.refund_match (refund_id, item_id, group_id)
VALUES (%(refund)s, %(item)s, %(group)s)
"""
_NOT_REPORTED: Final = """
SELECT refund.refund_id, refund.number, refund.amount_vnd AS back_vnd,
    capture.capture_id, capture.movement, capture.business_date, capture.beneficiary,
    capture.amount_vnd, capture.payment_number, entry.business_date AS booked_on
FROM payments.refund
JOIN payments.reconcilable_v1 AS capture ON capture.capture_id = refund.capture_id
JOIN ledger.entry ON entry.idempotency_key = 'refunded:' || refund.number
WHERE refund.state = 'done' AND refund.gateway = %(gateway)s AND entry.business_date = %(day)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.refund_match WHERE refund_match.refund_id = refund.refund_id)
ORDER BY refund.refund_id
"""


@dataclass(frozen=True, slots=True)
class Back:
    """A refund of ours as reports may hold it, with the sum it is of.

    `booked_on` is the business day it left the book on, None while it is not known to be done.
    """

    refund_id: int
    number: str
    booked_on: date | None
    amount: Money
    taken: Taken


def fitting(tx: Tx, file: FileToMatch, item_ids: Sequence[int]) -> dict[int, Back]:
    """Return the refund of each line that is one of ours: same order, same amount, no fee kept."""
    rows = tx.exec_driver_sql(_FITTING, {"items": list(item_ids), "gateway": file.party}).all()
    found: dict[int, Back] = {}
    used: set[int] = set()
    for row in rows:
        if int(row.item_id) not in found and int(row.refund_id) not in used:
            found[int(row.item_id)] = _back(row)
            used.add(int(row.refund_id))
    return found


def keep_match(tx: Tx, *, refund_id: int, item_id: int, group_id: int) -> None:
    """Keep which line a refund is."""
    tx.exec_driver_sql(_KEEP, {"refund": refund_id, "item": item_id, "group": group_id})


def not_reported(tx: Tx, *, gateway: str, day: date) -> list[Back]:
    """Return refunds booked for a business day that no report holds yet."""
    rows = tx.exec_driver_sql(_NOT_REPORTED, {"gateway": gateway, "day": day})
    return [_back(row) for row in rows]


def _back(row: Row[Any]) -> Back:
    return Back(
        refund_id=int(row.refund_id),
        number=str(row.number),
        booked_on=row.booked_on,
        amount=Money(int(row.back_vnd)),
        taken=taken_of(row),
    )
