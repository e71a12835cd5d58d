"""What the first rule leaves over: lines of reports, and captures no report holds."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.file import ItemKind
from reconciliation.matching import DAYS_NEARBY_MAX, Differing, OpenLine, Taken
from reconciliation.postgres.file_rows import FileToMatch
from reconciliation.postgres.match_rows import taken_of

_SPAN: Final = """
SELECT min(item_id) AS first_id, max(item_id) AS last_id FROM reconciliation.item
WHERE file_id = %(file)s
"""
_LEFT_OVER: Final = """
SELECT item.* FROM reconciliation.item
WHERE item.file_id = %(file)s AND item.item_id BETWEEN %(first)s AND %(last)s
    AND item.item_id > %(after)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg
        WHERE match_leg.item_id = item.item_id
            AND match_leg.item_id BETWEEN %(first)s AND %(last)s)
    AND NOT EXISTS (
        SELECT FROM reconciliation.item_repeat
        WHERE item_repeat.item_id = item.item_id
            AND item_repeat.item_id BETWEEN %(first)s AND %(last)s)
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_case WHERE break_case.item_id = item.item_id)
ORDER BY item.item_id
LIMIT %(limit)s
"""
_STILL_OPEN: Final = """
SELECT wanted.item_id FROM unnest(%(items)s::bigint[]) AS wanted (item_id)
WHERE NOT EXISTS (
    SELECT FROM reconciliation.match_leg WHERE match_leg.item_id = wanted.item_id)
"""
_REPEATS: Final = """
INSERT INTO reconciliation.item_repeat (item_id, repeats_item_id)
SELECT item.item_id, min(earlier.item_id)
FROM reconciliation.item
JOIN reconciliation.item AS earlier
    ON (earlier.transaction, earlier.kind, earlier.reference, earlier.amount_vnd, earlier.fee_vnd,
        earlier.payout, earlier.party)
    = (item.transaction, item.kind, item.reference, item.amount_vnd, item.fee_vnd, item.payout,
        item.party)
    AND earlier.item_id < item.item_id
JOIN reconciliation.file ON file.file_id = earlier.file_id AND file.source = %(source)s
WHERE item.item_id = ANY(%(items)s::bigint[])
    AND (
        EXISTS (SELECT FROM reconciliation.match_leg WHERE match_leg.item_id = earlier.item_id)
        OR EXISTS (
            SELECT FROM reconciliation.break_case WHERE break_case.item_id = earlier.item_id))
GROUP BY item.item_id
RETURNING item_id
"""
_BY_REFERENCE: Final = """
SELECT
    item.item_id, capture.capture_id, capture.movement, capture.business_date, capture.beneficiary,
    capture.amount_vnd, capture.payment_number,
    count(*) OVER (PARTITION BY item.item_id) AS for_item,
    count(*) OVER (PARTITION BY capture.capture_id) AS for_capture
FROM reconciliation.item
JOIN payments.reconcilable_v1 AS capture
    ON capture.reference = item.reference AND capture.amount_vnd = item.amount_vnd
WHERE item.item_id = ANY(%(items)s::bigint[]) AND capture.gateway = %(gateway)s
    AND capture.business_date BETWEEN %(first)s AND %(last)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.capture_id = capture.capture_id)
ORDER BY item.item_id, capture.capture_id
"""
# The same transaction, or one the gateway never told us the number of.
_DIFFERING: Final = """
SELECT
    item.item_id, capture.capture_id, capture.movement, capture.business_date, capture.beneficiary,
    capture.amount_vnd, capture.payment_number
FROM reconciliation.item
JOIN payments.reconcilable_v1 AS capture
    ON capture.gateway = %(gateway)s
    AND capture.gateway_transaction IN (item.transaction, item.reference)
    AND capture.reference = item.reference
    AND capture.amount_vnd <> item.amount_vnd
WHERE item.item_id = ANY(%(items)s::bigint[])
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.capture_id = capture.capture_id)
ORDER BY item.item_id, capture.capture_id
"""
_TAKEN_ALREADY: Final = """
SELECT item.item_id
FROM reconciliation.item
JOIN payments.reconcilable_v1 AS capture
    ON capture.gateway = %(gateway)s AND capture.gateway_transaction = item.transaction
JOIN reconciliation.match_leg ON match_leg.capture_id = capture.capture_id
WHERE item.item_id = ANY(%(items)s::bigint[])
"""
_UNMATCHED: Final = """
SELECT
    capture.capture_id, capture.gateway, capture.movement, capture.business_date,
    capture.beneficiary, capture.amount_vnd, capture.payment_number
FROM payments.reconcilable_v1 AS capture
WHERE capture.gateway = %(gateway)s AND capture.business_date = %(day)s
    AND capture.capture_id > %(after)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg AS leg
        JOIN reconciliation.match_group AS made ON made.group_id = leg.group_id
        WHERE leg.capture_id = capture.capture_id
            AND made.gateway = %(gateway)s AND made.batch_date = %(day)s)
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_case
        WHERE break_case.capture_id = capture.capture_id
            AND break_case.kind = 'missing_at_gateway')
ORDER BY capture.capture_id
LIMIT %(limit)s
"""
_WITHDRAWN: Final = """
SELECT old.*
FROM reconciliation.file AS before
JOIN reconciliation.item AS old ON old.file_id = before.file_id
JOIN reconciliation.match_leg AS leg ON leg.item_id = old.item_id
WHERE before.source = %(source)s AND before.business_date = %(day)s AND before.state = 'superseded'
    AND NOT EXISTS (
        SELECT FROM reconciliation.item_repeat
        JOIN reconciliation.item AS said ON said.item_id = item_repeat.item_id
        WHERE item_repeat.repeats_item_id = old.item_id AND said.file_id = %(file)s)
"""


def left_over(tx: Tx, file: FileToMatch, *, after: int, limit: int) -> list[OpenLine]:
    """Return lines of a file that are neither matched, nor a repeat, nor in a break, by number."""
    span = tx.exec_driver_sql(_SPAN, {"file": file.file_id}).one()
    rows = tx.exec_driver_sql(
        _LEFT_OVER,
        {
            "file": file.file_id,
            "first": span.first_id,
            "last": span.last_id,
            "after": after,
            "limit": limit,
        },
    )
    return [_line(row) for row in rows]


def still_open(tx: Tx, lines: Collection[OpenLine]) -> list[OpenLine]:
    """Return those of the lines that are in no group."""
    rows = tx.exec_driver_sql(_STILL_OPEN, {"items": [line.item_id for line in lines]})
    ids = {int(row.item_id) for row in rows}
    return [line for line in lines if line.item_id in ids]


def mark_repeats(tx: Tx, file: FileToMatch, item_ids: Sequence[int]) -> set[int]:
    """Mark lines that say word for word what an earlier matched one says, and return them."""
    rows = tx.exec_driver_sql(_REPEATS, {"source": file.source, "items": list(item_ids)})
    return {int(row.item_id) for row in rows}


def candidates_by_reference(
    tx: Tx, file: FileToMatch, item_ids: Sequence[int]
) -> tuple[dict[int, Taken], set[int]]:
    """Return the one capture of each line that our reference and the amount tie, and the rest.

    The rest are lines with several candidates, or whose candidate is also another line's.
    """
    nearby = timedelta(days=DAYS_NEARBY_MAX)
    rows = tx.exec_driver_sql(
        _BY_REFERENCE,
        {
            "items": list(item_ids),
            "gateway": file.party,
            "first": file.business_date - nearby,
            "last": file.business_date + nearby,
        },
    ).all()
    only = {
        int(row.item_id): taken_of(row)
        for row in rows
        if row.for_item == 1 and row.for_capture == 1
    }
    return only, {int(row.item_id) for row in rows} - only.keys()


def differing(tx: Tx, file: FileToMatch, lines: Collection[OpenLine]) -> list[Differing]:
    """Return lines whose transaction we booked with another amount, each with one capture."""
    by_id = {line.item_id: line for line in lines}
    rows = tx.exec_driver_sql(_DIFFERING, {"items": list(by_id), "gateway": file.party})
    found: dict[int, Differing] = {}
    used: set[int] = set()
    for row in rows:
        taken = taken_of(row)
        if int(row.item_id) not in found and taken.capture_id not in used:
            found[int(row.item_id)] = Differing(line=by_id[int(row.item_id)], taken=taken)
            used.add(taken.capture_id)
    return list(found.values())


def taken_already(tx: Tx, file: FileToMatch, item_ids: Sequence[int]) -> set[int]:
    """Return lines whose transaction an earlier line was matched to."""
    rows = tx.exec_driver_sql(_TAKEN_ALREADY, {"items": list(item_ids), "gateway": file.party})
    return {int(row.item_id) for row in rows}


def unmatched(tx: Tx, *, gateway: str, day: date, after: int, limit: int) -> list[Taken]:
    """Return captures of a gateway's day that no report holds, and no break names yet."""
    rows = tx.exec_driver_sql(
        _UNMATCHED, {"gateway": gateway, "day": day, "after": after, "limit": limit}
    )
    return [taken_of(row) for row in rows]


def withdrawn(tx: Tx, file: FileToMatch) -> list[OpenLine]:
    """Return matched lines of earlier versions of a report that this version leaves out."""
    rows = tx.exec_driver_sql(
        _WITHDRAWN, {"source": file.source, "day": file.business_date, "file": file.file_id}
    )
    return [_line(row) for row in rows]


def _line(row: Row[Any]) -> OpenLine:
    return OpenLine(
        item_id=int(row.item_id),
        line=int(row.line),
        kind=ItemKind(row.kind),
        reference=str(row.reference),
        transaction=str(row.transaction),
        amount=Money(int(row.amount_vnd)),
        fee=Money(int(row.fee_vnd)),
        occurred_at=row.occurred_at,
        beneficiary=str(row.party),
        payout=str(row.payout),
    )
