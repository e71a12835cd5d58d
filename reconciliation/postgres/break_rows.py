"""Breaks as cases that only grow, and what the open ones explain."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from ledger.accounts import account_of
from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.breaks import BreakKind, NewBreak, Place
from reconciliation.matching import day_of_batch

SYSTEM: Final = "clearing"
"""The actor of what nobody decided by hand."""

_OPEN: Final = """
WITH opened AS (
    INSERT INTO reconciliation.break_case (
        kind, subject, opened_on, opened_at, gateway, beneficiary, payout, amount_vnd, item_id,
        capture_id, group_id, text
    )
    SELECT
        given.kind, given.subject, %(business_date)s, %(now)s, given.gateway, given.beneficiary,
        given.payout, given.amount_vnd, given.item_id, given.capture_id, given.group_id, given.text
    FROM unnest(
        %(kinds)s::text[], %(subjects)s::text[], %(gateways)s::text[], %(beneficiaries)s::text[],
        %(payouts)s::text[], %(amounts)s::bigint[], %(items)s::bigint[], %(captures)s::bigint[],
        %(groups)s::bigint[], %(texts)s::text[]
    ) AS given (
        kind, subject, gateway, beneficiary, payout, amount_vnd, item_id, capture_id, group_id, text
    )
    ON CONFLICT ON CONSTRAINT break_case_once DO NOTHING
    RETURNING break_id, kind, subject
), explained AS (
    INSERT INTO reconciliation.break_residue (break_id, account, batch, amount_vnd, effective_on)
    SELECT opened.break_id, part.account, part.batch, part.amount_vnd, part.effective_on
    FROM opened
    JOIN unnest(
        %(part_kinds)s::text[], %(part_subjects)s::text[], %(part_accounts)s::text[],
        %(part_batches)s::text[], %(part_amounts)s::bigint[], %(part_days)s::date[]
    ) AS part (kind, subject, account, batch, amount_vnd, effective_on) USING (kind, subject)
)
INSERT INTO reconciliation.break_event (
    break_id, ordinal, event, business_date, at, actor, reason
)
SELECT opened.break_id, 1, 'opened', %(business_date)s, %(now)s, %(actor)s, '' FROM opened
RETURNING break_id
"""
_CLOSE: Final = """
INSERT INTO reconciliation.break_event (
    break_id, ordinal, event, business_date, at, actor, reason
)
SELECT
    found.break_id,
    (SELECT max(event.ordinal) + 1 FROM reconciliation.break_event AS event
     WHERE event.break_id = found.break_id),
    'closed', %(business_date)s, %(now)s, %(actor)s, %(reason)s
FROM reconciliation.open_break_v1 AS found
"""
_BY_SUBJECT: Final = """
WHERE found.subject = ANY(%(subjects)s::text[]) AND found.kind = ANY(%(kinds)s::text[])
RETURNING break_id
"""
_RESOLVED: Final = """
WHERE (found.kind = 'missing_at_gateway' AND EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.capture_id = found.capture_id))
    OR (found.kind = 'unidentified_receipt' AND EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.item_id = found.item_id))
    OR (found.kind = 'refund_mismatch' AND found.subject LIKE 'refund:%%' AND EXISTS (
        SELECT FROM payments.refund
        JOIN reconciliation.refund_match ON refund_match.refund_id = refund.refund_id
        WHERE refund.number = substr(found.subject, 8)))
    OR (found.kind = 'refund_mismatch' AND found.subject LIKE 'early:%%' AND EXISTS (
        SELECT FROM ledger.entry
        WHERE entry.idempotency_key = 'refunded:' || substr(found.subject, 7)
            AND entry.business_date <= %(business_date)s))
    OR (found.kind IN ('duplicate_payment', 'amount_mismatch') AND found.subject LIKE 'capture:%%'
        AND EXISTS (
            SELECT FROM payments.refund
            LEFT JOIN reconciliation.refund_match
                ON refund_match.refund_id = refund.refund_id
            LEFT JOIN ledger.entry
                ON entry.idempotency_key = 'claimed:' || refund.number
                AND entry.business_date <= %(business_date)s
            WHERE refund.capture_id = found.capture_id AND refund.state = 'done'
                AND coalesce(refund_match.refund_id, entry.entry_id) IS NOT NULL))
RETURNING break_id
"""
_EXPLAINED: Final = """
SELECT residue.account, residue.batch, sum(residue.amount_vnd)::bigint AS amount_vnd
FROM reconciliation.break_case
JOIN reconciliation.break_residue AS residue USING (break_id)
WHERE residue.effective_on <= %(as_of)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_event AS event
        WHERE event.break_id = break_case.break_id AND event.event = 'closed'
            AND event.business_date <= %(as_of)s)
GROUP BY residue.account, residue.batch
HAVING sum(residue.amount_vnd) <> 0
"""
_LISTED: Final = """
SELECT
    break_case.break_id, break_case.kind, break_case.opened_on, break_case.gateway,
    break_case.beneficiary, break_case.payout, break_case.amount_vnd, break_case.text
FROM reconciliation.break_case
WHERE break_case.opened_on <= %(as_of)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_event AS event
        WHERE event.break_id = break_case.break_id AND event.event = 'closed'
            AND event.business_date <= %(as_of)s)
ORDER BY break_case.break_id
LIMIT %(limit)s
"""
_COUNTED: Final = """
SELECT
    event.event, break_case.kind, count(*) AS breaks
FROM reconciliation.break_event AS event
JOIN reconciliation.break_case USING (break_id)
WHERE event.business_date = %(day)s
GROUP BY event.event, break_case.kind
ORDER BY event.event, break_case.kind
"""


@dataclass(frozen=True, slots=True)
class OpenBreak:
    """A break somebody must still explain."""

    break_id: int
    kind: BreakKind
    opened_on: date
    gateway: str
    beneficiary: str
    payout: str
    amount: Money
    text: str


def open_breaks(tx: Tx, breaks: Sequence[NewBreak], *, business_date: date, now: datetime) -> int:
    """Open those of the breaks that are not known yet, and return how many."""
    if not breaks:
        return 0
    parts = [
        (each, account, batch, amount)
        for each in breaks
        for (account, batch), amount in each.explains.items()
    ]
    rows = tx.exec_driver_sql(
        _OPEN,
        {
            "business_date": business_date,
            "now": now,
            "actor": SYSTEM,
            "kinds": [each.kind.value for each in breaks],
            "subjects": [each.subject for each in breaks],
            "gateways": [each.gateway for each in breaks],
            "beneficiaries": [each.beneficiary for each in breaks],
            "payouts": [each.payout for each in breaks],
            "amounts": [each.amount.vnd for each in breaks],
            "items": [each.item_id for each in breaks],
            "captures": [each.capture_id for each in breaks],
            "groups": [each.group_id for each in breaks],
            "texts": [each.text for each in breaks],
            "part_kinds": [each.kind.value for each, _, _, _ in parts],
            "part_subjects": [each.subject for each, _, _, _ in parts],
            "part_accounts": [account.code for _, account, _, _ in parts],
            "part_batches": [batch for _, _, batch, _ in parts],
            "part_amounts": [amount.vnd for _, _, _, amount in parts],
            "part_days": [max(business_date, day_of_batch(batch)) for _, _, batch, _ in parts],
        },
    )
    return len(rows.all())


def close_breaks(
    tx: Tx,
    subjects: Sequence[str],
    *,
    kinds: Collection[BreakKind],
    business_date: date,
    now: datetime,
    reason: str,
) -> int:
    """Close the open breaks of these subjects and kinds, and return how many."""
    if not subjects:
        return 0
    rows = tx.exec_driver_sql(
        _CLOSE + _BY_SUBJECT,
        {
            "business_date": business_date,
            "now": now,
            "actor": SYSTEM,
            "reason": reason,
            "subjects": list(subjects),
            "kinds": [kind.value for kind in kinds],
        },
    )
    return len(rows.all())


def close_resolved(tx: Tx, *, business_date: date, now: datetime) -> int:
    """Close breaks about what was matched, or given back, since, and return how many."""
    rows = tx.exec_driver_sql(
        _CLOSE + _RESOLVED,
        {"business_date": business_date, "now": now, "actor": SYSTEM, "reason": "came later"},
    )
    return len(rows.all())


def explained(tx: Tx, *, as_of: date) -> dict[Place, Money]:
    """Return how much of each clearing account's batch the breaks open on a day explain."""
    rows = tx.exec_driver_sql(_EXPLAINED, {"as_of": as_of})
    return {
        (account_of(str(row.account)), str(row.batch)): Money(int(row.amount_vnd)) for row in rows
    }


def open_on(tx: Tx, *, as_of: date, limit: int) -> list[OpenBreak]:
    """Return the breaks open on a day, oldest first."""
    rows = tx.exec_driver_sql(_LISTED, {"as_of": as_of, "limit": limit})
    return [
        OpenBreak(
            break_id=int(row.break_id),
            kind=BreakKind(row.kind),
            opened_on=row.opened_on,
            gateway=str(row.gateway),
            beneficiary=str(row.beneficiary),
            payout=str(row.payout),
            amount=Money(int(row.amount_vnd)),
            text=str(row.text),
        )
        for row in rows
    ]


def events_on(tx: Tx, day: date) -> dict[tuple[str, BreakKind], int]:
    """Return how many breaks of each kind were opened and closed on a business day."""
    rows = tx.exec_driver_sql(_COUNTED, {"day": day})
    return {(str(row.event), BreakKind(row.kind)): int(row.breaks) for row in rows}
