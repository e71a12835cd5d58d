"""What was passed on against what beneficiaries' statements show."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.matching import COMPARED, RULE_SET, PassedOn, Payout, Rule, Stray
from reconciliation.postgres.match_rows import passed_on

# An account is a beneficiary's by its number; the simulated treasury prints the code instead.
_WAITING: Final = """
WITH waiting AS (
    SELECT
        made.gateway, made.payout, made.credited_to, min(file.business_date) AS passed_on_on,
        sum(made.gross_vnd - made.fee_vnd)::bigint AS expected_vnd,
        array_agg(made.group_id ORDER BY made.group_id) AS group_ids,
        min(made.file_id) AS report_id
    FROM reconciliation.match_group AS made
    JOIN reconciliation.file ON file.file_id = made.file_id
    WHERE made.kind = 'passed_on'
        AND NOT EXISTS (
            SELECT FROM reconciliation.match_leg WHERE match_leg.covers_group_id = made.group_id)
    GROUP BY made.gateway, made.payout, made.credited_to
)
SELECT
    waiting.*,
    credit.item_ids, credit.amount_vnd, coalesce(credit.file_id, waiting.report_id) AS file_id,
    EXISTS (
        SELECT FROM reconciliation.open_break_v1 AS found
        WHERE found.kind IN ('ambiguous', 'refund_mismatch', 'conflicting_line')
            AND found.gateway = waiting.gateway AND found.payout = waiting.payout
            AND found.beneficiary = waiting.credited_to
    ) AS is_open_ended,
    EXISTS (
        SELECT FROM reconciliation.statement
        WHERE statement.account IN (beneficiary.account_number, waiting.credited_to)
            AND statement.closing_on >= %(until)s
    ) AS is_covered
FROM waiting
LEFT JOIN payments.beneficiary ON beneficiary.code = waiting.credited_to
CROSS JOIN LATERAL (
    SELECT
        array_agg(item.item_id ORDER BY item.item_id) AS item_ids,
        coalesce(sum(item.amount_vnd), 0)::bigint AS amount_vnd,
        min(item.file_id) AS file_id
    FROM reconciliation.item
    JOIN reconciliation.file ON file.file_id = item.file_id
    WHERE item.payout = waiting.payout AND item.kind = 'credit'
        AND item.party IN (beneficiary.account_number, waiting.credited_to)
        AND file.state = 'accepted' AND file.business_date <= %(until)s
        AND NOT EXISTS (
            SELECT FROM reconciliation.match_leg WHERE match_leg.item_id = item.item_id)
) AS credit
ORDER BY waiting.gateway, waiting.payout, waiting.credited_to
"""
_GROUPS: Final = """
SELECT * FROM reconciliation.match_group WHERE group_id = ANY(%(groups)s::bigint[])
ORDER BY group_id
"""
_ADD_ARRIVAL: Final = """
INSERT INTO reconciliation.match_group (
    kind, business_date, gateway, payout, file_id, rule, rule_set, compared, movement, batch_date,
    beneficiary, credited_to, gross_vnd, fee_vnd, leg_count
)
VALUES (
    'arrived', %(business_date)s, %(gateway)s, %(payout)s, %(file)s, %(rule)s, %(rule_set)s,
    %(compared)s, '', %(business_date)s, %(credited_to)s, %(credited_to)s, %(amount)s, 0,
    %(leg_count)s
)
RETURNING group_id
"""
_ADD_LEGS: Final = """
INSERT INTO reconciliation.match_leg (group_id, item_id, covers_group_id)
SELECT %(group)s::bigint, credit.item_id, NULL
FROM unnest(%(credits)s::bigint[]) AS credit (item_id)
UNION ALL
SELECT %(group)s::bigint, NULL, covered.group_id
FROM unnest(%(covered)s::bigint[]) AS covered (group_id)
"""
_PAYMENTS: Final = """
SELECT capture.payment_id
FROM reconciliation.match_leg AS leg
JOIN payments.reconcilable_v1 AS capture ON capture.capture_id = leg.capture_id
WHERE leg.group_id = ANY(%(groups)s::bigint[])
ORDER BY capture.payment_id
"""
# How a booked line stands to what was passed on: under no known name, on another account than the
# name's, or to an account that had it already; what still waits for its sum is not listed.
_STRAY: Final = """
SELECT
    item.item_id, item.kind, item.party, item.payout, item.amount_vnd,
    bool_or(made.group_id IS NOT NULL) AS is_known,
    bool_or(item.party IN (beneficiary.account_number, made.credited_to)) AS is_there
FROM reconciliation.file
JOIN reconciliation.source ON source.code = file.source AND source.kind = 'beneficiary_statement'
JOIN reconciliation.item ON item.file_id = file.file_id
LEFT JOIN reconciliation.match_group AS made
    ON made.payout = item.payout AND made.kind = 'passed_on'
LEFT JOIN payments.beneficiary ON beneficiary.code = made.credited_to
WHERE file.state = 'accepted' AND file.matched_on IS NULL AND file.business_date <= %(until)s
    AND (item.kind = 'credit' OR made.group_id IS NOT NULL) AND item.item_id > %(after)s
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.item_id = item.item_id)
    AND NOT EXISTS (
        SELECT FROM reconciliation.break_case WHERE break_case.item_id = item.item_id)
GROUP BY item.item_id
HAVING item.kind = 'debit' OR NOT coalesce(bool_or(
    item.party IN (beneficiary.account_number, made.credited_to)
    AND NOT EXISTS (
        SELECT FROM reconciliation.match_leg WHERE match_leg.covers_group_id = made.group_id)
), false)
ORDER BY item.item_id
LIMIT %(limit)s
"""


def waiting_payouts(tx: Tx, *, until: date) -> list[Payout]:
    """Return what was passed on and has not arrived, with the credits that bear its name so far."""
    rows = tx.exec_driver_sql(_WAITING, {"until": until})
    return [
        Payout(
            gateway=str(row.gateway),
            payout=str(row.payout),
            credited_to=str(row.credited_to),
            passed_on_on=row.passed_on_on,
            expected=Money(int(row.expected_vnd)),
            group_ids=tuple(int(each) for each in row.group_ids),
            credit_ids=tuple(int(each) for each in row.item_ids or ()),
            credited=Money(int(row.amount_vnd)),
            file_id=int(row.file_id),
            is_open_ended=bool(row.is_open_ended),
            is_covered=bool(row.is_covered),
        )
        for row in rows
    ]


def groups_of(tx: Tx, payout: Payout) -> list[PassedOn]:
    """Return what was passed on under a payout's name."""
    rows = tx.exec_driver_sql(_GROUPS, {"groups": list(payout.group_ids)})
    return [passed_on(row) for row in rows]


def add_arrival(tx: Tx, payout: Payout, *, business_date: date) -> int:
    """Keep that a payout has arrived, and return the number of its group."""
    group_id = tx.exec_driver_sql(
        _ADD_ARRIVAL,
        {
            "business_date": business_date,
            "gateway": payout.gateway,
            "payout": payout.payout,
            "file": payout.file_id,
            "rule": Rule.PAYOUT.value,
            "rule_set": RULE_SET,
            "compared": list(COMPARED[Rule.PAYOUT]),
            "credited_to": payout.credited_to,
            "amount": payout.credited.vnd,
            "leg_count": len(payout.credit_ids) + len(payout.group_ids),
        },
    ).scalar_one()
    tx.exec_driver_sql(
        _ADD_LEGS,
        {
            "group": group_id,
            "credits": list(payout.credit_ids),
            "covered": list(payout.group_ids),
        },
    )
    return int(group_id)


def payments_in(tx: Tx, group_ids: Sequence[int]) -> list[int]:
    """Return the payments whose captures are in these groups."""
    if not group_ids:
        return []
    rows = tx.exec_driver_sql(_PAYMENTS, {"groups": list(group_ids)})
    return [int(payment_id) for payment_id in rows.scalars()]


def stray_lines(tx: Tx, *, until: date, after: int, limit: int) -> list[Stray]:
    """Return booked lines that are no part of a payout still waiting, by number.

    Only files nobody looked at are read: what waits there later is its payout's.
    """
    rows = tx.exec_driver_sql(_STRAY, {"until": until, "after": after, "limit": limit})
    return [
        Stray(
            item_id=int(row.item_id),
            is_credit=str(row.kind) == "credit",
            account=str(row.party),
            payout=str(row.payout),
            amount=Money(int(row.amount_vnd)),
            is_known=bool(row.is_known),
            is_there=bool(row.is_there),
        )
        for row in rows
    ]
