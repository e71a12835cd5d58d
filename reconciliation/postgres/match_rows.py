"""Gateway reports against our book, set by set."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.matching import COMPARED, RULE_SET, NewGroup, PassedOn, Rule, Taken
from reconciliation.postgres.file_rows import FileToMatch

# The whole of a day in one statement: pairs, their groups, their legs. A capture or line that is
# taken already drops out at its leg, so groups are summed over the legs that were really written.
_PAIR: Final = """
WITH pair AS MATERIALIZED (
    SELECT
        item.item_id, capture.capture_id, item.payout, item.party AS credited_to, item.amount_vnd,
        item.fee_vnd, capture.business_date AS batch_date, capture.movement, capture.beneficiary
    FROM reconciliation.item
"""
_OF_THE_DAY: Final = """
    JOIN payments.reconcilable_v1 AS capture
        ON capture.gateway_transaction = item.transaction
        AND capture.reference = item.reference
        AND capture.amount_vnd = item.amount_vnd
    WHERE item.file_id = %(file)s AND item.kind = 'payment' AND capture.gateway = %(gateway)s
        AND capture.business_date = %(day)s
"""
_OF_LINES: Final = """
    JOIN payments.reconcilable_v1 AS capture
        ON capture.gateway_transaction = item.transaction
        AND capture.reference = item.reference
        AND capture.amount_vnd = item.amount_vnd
    WHERE item.item_id = ANY(%(items)s::bigint[]) AND capture.gateway = %(gateway)s
"""
_OF_PAIRS: Final = """
    JOIN unnest(%(items)s::bigint[], %(captures)s::bigint[]) AS chosen (item_id, capture_id)
        ON chosen.item_id = item.item_id
    JOIN payments.reconcilable_v1 AS capture ON capture.capture_id = chosen.capture_id
"""
_GROUPS: Final = """
), numbered AS MATERIALIZED (
    SELECT
        nextval('reconciliation.match_group_group_id_seq') AS group_id, given.*
    FROM (SELECT DISTINCT payout, credited_to, batch_date, movement, beneficiary FROM pair) AS given
), leg AS (
    INSERT INTO reconciliation.match_leg (group_id, item_id, capture_id)
    SELECT numbered.group_id, pair.item_id, pair.capture_id
    FROM pair
    JOIN numbered USING (payout, credited_to, batch_date, movement, beneficiary)
    ON CONFLICT DO NOTHING
    RETURNING group_id, item_id
), summed AS (
    SELECT
        leg.group_id, sum(pair.amount_vnd)::bigint AS gross_vnd,
        sum(pair.fee_vnd)::bigint AS fee_vnd, count(*)::integer AS leg_count
    FROM leg JOIN pair USING (item_id)
    GROUP BY leg.group_id
)
INSERT INTO reconciliation.match_group (
    group_id, kind, business_date, gateway, payout, file_id, rule, rule_set, compared, movement,
    batch_date, beneficiary, credited_to, gross_vnd, fee_vnd, leg_count
)
SELECT
    group_id, 'passed_on', %(business_date)s, %(gateway)s, payout, %(file)s, %(rule)s,
    %(rule_set)s, %(compared)s, movement, batch_date, beneficiary, credited_to, gross_vnd, fee_vnd,
    leg_count
FROM summed JOIN numbered USING (group_id)
RETURNING *
"""
_ADD_GROUP: Final = """
INSERT INTO reconciliation.match_group (
    kind, business_date, gateway, payout, file_id, rule, rule_set, compared, movement, batch_date,
    beneficiary, credited_to, gross_vnd, fee_vnd, leg_count
)
VALUES (
    'passed_on', %(business_date)s, %(gateway)s, %(payout)s, %(file)s, %(rule)s, %(rule_set)s,
    %(compared)s, %(movement)s, %(batch_date)s, %(beneficiary)s, %(credited_to)s, %(gross)s,
    %(fee)s, %(leg_count)s
)
RETURNING *
"""
_ADD_LEG: Final = """
INSERT INTO reconciliation.match_leg (group_id, item_id, capture_id)
VALUES (%(group)s, %(item)s, %(capture)s)
"""
_LEGS: Final = """
SELECT
    leg.group_id, leg.item_id, item.amount_vnd - item.fee_vnd AS net_vnd, capture.capture_id,
    capture.movement, capture.business_date, capture.beneficiary, capture.amount_vnd,
    capture.payment_number
FROM reconciliation.match_leg AS leg
JOIN reconciliation.item ON item.item_id = leg.item_id
JOIN payments.reconcilable_v1 AS capture ON capture.capture_id = leg.capture_id
WHERE leg.group_id = ANY(%(groups)s::bigint[])
ORDER BY leg.item_id
"""


def lock_matching(tx: Tx) -> None:
    """Let one run match at a time, until this transaction ends."""
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(1380273220, 0)")


def match_day_by_transaction(tx: Tx, file: FileToMatch, *, business_date: date) -> list[PassedOn]:
    """Match a report with the captures of its own day, all at once; return the groups it makes."""
    # Fresh tables have no statistics yet: never compare each of a million with each.
    tx.exec_driver_sql("SET LOCAL enable_nestloop = off")
    facts = _facts(file, Rule.TRANSACTION, business_date)
    rows = tx.exec_driver_sql(
        _PAIR + _OF_THE_DAY + _GROUPS, {**facts, "day": file.business_date}
    ).all()
    tx.exec_driver_sql("SET LOCAL enable_nestloop = on")
    return [passed_on(row) for row in rows]


def match_lines_by_transaction(
    tx: Tx, file: FileToMatch, item_ids: Sequence[int], *, rule: Rule, business_date: date
) -> list[PassedOn]:
    """Match these lines with captures of whatever day; return the groups they make."""
    facts = _facts(file, rule, business_date)
    rows = tx.exec_driver_sql(_PAIR + _OF_LINES + _GROUPS, {**facts, "items": list(item_ids)})
    return [passed_on(row) for row in rows]


def match_pairs(
    tx: Tx,
    file: FileToMatch,
    pairs: Mapping[int, int],
    *,
    rule: Rule,
    business_date: date,
) -> list[PassedOn]:
    """Match lines with the captures chosen for them; return the groups they make."""
    if not pairs:
        return []
    facts = _facts(file, rule, business_date)
    chosen = {"items": list(pairs), "captures": list(pairs.values())}
    rows = tx.exec_driver_sql(_PAIR + _OF_PAIRS + _GROUPS, {**facts, **chosen})
    return [passed_on(row) for row in rows]


def add_group(
    tx: Tx,
    group: NewGroup,
    *,
    business_date: date,
    item_id: int | None,
    capture_id: int | None,
) -> PassedOn:
    """Keep a group of one line, or of none where the line is in another."""
    row = tx.exec_driver_sql(
        _ADD_GROUP,
        {
            "business_date": business_date,
            "gateway": group.gateway,
            "payout": group.payout,
            "file": group.file_id,
            "rule": group.rule.value,
            "rule_set": RULE_SET,
            "compared": list(COMPARED[group.rule]),
            "movement": group.movement,
            "batch_date": group.batch_date,
            "beneficiary": group.beneficiary,
            "credited_to": group.credited_to,
            "gross": group.gross.vnd,
            "fee": group.fee.vnd,
            "leg_count": group.leg_count,
        },
    ).one()
    if item_id is not None:
        tx.exec_driver_sql(
            _ADD_LEG, {"group": row.group_id, "item": item_id, "capture": capture_id}
        )
    return passed_on(row)


def legs_of(tx: Tx, group_ids: Sequence[int]) -> list[tuple[int, int, Money, Taken]]:
    """Return group, line, net and capture of each leg of these groups."""
    if not group_ids:
        return []
    rows = tx.exec_driver_sql(_LEGS, {"groups": list(group_ids)})
    return [
        (int(row.group_id), int(row.item_id), Money(int(row.net_vnd)), taken_of(row))
        for row in rows
    ]


def passed_on(row: Row[Any]) -> PassedOn:
    """Return a group as it is kept."""
    return PassedOn(
        group_id=int(row.group_id),
        gateway=str(row.gateway),
        payout=str(row.payout),
        file_id=int(row.file_id),
        rule=Rule(row.rule),
        movement=str(row.movement),
        batch_date=row.batch_date,
        beneficiary=str(row.beneficiary),
        credited_to=str(row.credited_to),
        gross=Money(int(row.gross_vnd)),
        fee=Money(int(row.fee_vnd)),
        leg_count=int(row.leg_count),
    )


def taken_of(row: Row[Any]) -> Taken:
    """Return a sum of our book as the view gives it."""
    return Taken(
        capture_id=int(row.capture_id),
        movement=str(row.movement),
        business_date=row.business_date,
        beneficiary=str(row.beneficiary),
        amount=Money(int(row.amount_vnd)),
        payment_number=str(row.payment_number),
    )


def _facts(file: FileToMatch, rule: Rule, business_date: date) -> dict[str, object]:
    return {
        "file": file.file_id,
        "gateway": file.party,
        "business_date": business_date,
        "rule": rule.value,
        "rule_set": RULE_SET,
        "compared": list(COMPARED[rule]),
    }
