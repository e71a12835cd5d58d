"""Who may move an obligation: row locks for a transaction, lock rows for a payment's life."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.obligation import ObligationStatus
from payments.owed import Footing, Locked, Owed
from payments.payment import PaymentLine
from payments.postgres.tables import obligation_lock

_LOCK_OBLIGATIONS: Final = """
SELECT obligation_id, status, version, captures FROM payments.obligation
WHERE obligation_id = ANY(%(ids)s::bigint[])
ORDER BY obligation_id
FOR NO KEY UPDATE
"""

_LINES: Final = """
SELECT
    line.payment_id, line.ordinal, line.part, line.amount_vnd, line.beneficiary, line.budget,
    line.explanation, line.obligation_version, line.captures_before,
    obligation.obligation_id, obligation.provider, obligation.kind, obligation.number_shown,
    obligation.status, obligation.version, obligation.captures, obligation.successor_id,
    coalesce(authority.successor, obligation.provider) AS subscriber,
    beneficiary.name, beneficiary.account_number, beneficiary.bank_name,
    beneficiary.statement_source
FROM payments.obligation
JOIN payments.payment_line AS line ON line.obligation_id = obligation.obligation_id
JOIN payments.beneficiary ON beneficiary.code = line.beneficiary
LEFT JOIN payments.authority ON authority.code = obligation.provider
WHERE line.payment_id {payments}
ORDER BY obligation.obligation_id, line.payment_id, line.ordinal
FOR NO KEY UPDATE OF obligation
"""

_LOCK_BY_PAYMENT: Final = _LINES.replace("{payments}", "= ANY(%(ids)s::bigint[])")

_LOCK_BY_REFERENCE: Final = _LINES.replace(
    "{payments}",
    """IN (
    SELECT attempt.payment_id FROM payments.attempt
    JOIN unnest(%(gateways)s::text[], %(references)s::text[]) AS wanted (gateway, reference)
        ON attempt.gateway = wanted.gateway AND attempt.reference = wanted.reference
)""",
)

# Rare, so a statement of its own: the newest obligations in the place of some. Which they are is
# read from rows that are locked by now; asked within the first statement, they might be those of
# before it waited.
_LOCK_OWED: Final = """
SELECT
    obligation.obligation_id, obligation.provider, obligation.kind, obligation.number_shown,
    obligation.status, obligation.version, obligation.captures, obligation.successor_id,
    coalesce(authority.successor, obligation.provider) AS subscriber
FROM payments.obligation
LEFT JOIN payments.authority ON authority.code = obligation.provider
WHERE obligation.obligation_id = ANY(%(ids)s::bigint[])
ORDER BY obligation.obligation_id
FOR NO KEY UPDATE OF obligation
"""

_HEIRS: Final = """
WITH RECURSIVE heir AS (
    SELECT wanted.code AS first, wanted.code, 0 AS depth FROM unnest(%(codes)s::text[])
        AS wanted (code)
    UNION ALL
    SELECT heir.first, authority.successor, heir.depth + 1
    FROM heir JOIN payments.authority ON authority.code = heir.code
    WHERE authority.successor IS NOT NULL AND heir.depth < %(depth_max)s
)
SELECT DISTINCT ON (first) first, code FROM heir ORDER BY first, depth DESC
"""

_TAKE: Final = """
INSERT INTO payments.obligation_lock (obligation_id, payment_id, locked_at)
SELECT wanted.obligation_id, wanted.payment_id, %(at)s
FROM unnest(%(obligations)s::bigint[], %(payments)s::bigint[])
    AS wanted (obligation_id, payment_id)
ORDER BY wanted.obligation_id
ON CONFLICT (obligation_id) DO NOTHING
RETURNING obligation_id
"""

_CLOSE: Final = """
WITH released AS (
    DELETE FROM payments.obligation_lock WHERE payment_id = ANY(%(payments)s::bigint[])
)
UPDATE payments.obligation SET status = after.status, captures = after.captures
FROM unnest(%(obligations)s::bigint[], %(statuses)s::text[], %(captures)s::integer[])
    AS after (obligation_id, status, captures)
WHERE obligation.obligation_id = after.obligation_id
"""

HEIRS_MAX: Final = 20
"""How many authorities one after the other may have taken each other's place."""


def lock_obligations(tx: Tx, obligation_ids: Collection[int]) -> dict[int, ObligationStatus]:
    """Lock obligations in the order of their ids and return how they stand."""
    return {each: found.status for each, found in lock_footings(tx, obligation_ids).items()}


def lock_footings(tx: Tx, obligation_ids: Collection[int]) -> dict[int, Footing]:
    """Lock obligations in the order of their ids and return where each stands."""
    rows = tx.exec_driver_sql(_LOCK_OBLIGATIONS, {"ids": list(obligation_ids)})
    return {
        int(row.obligation_id): Footing(
            ObligationStatus(row.status), int(row.version), int(row.captures)
        )
        for row in rows
    }


def lock_owed(tx: Tx, obligation_ids: Collection[int]) -> dict[int, Owed]:
    """Lock obligations in the order of their ids and return them."""
    rows = tx.exec_driver_sql(_LOCK_OWED, {"ids": sorted(obligation_ids)})
    return _inherited(tx, {int(row.obligation_id): _owed(row) for row in rows})


def lock_by_payment(tx: Tx, payment_ids: Collection[int]) -> Locked:
    """Lock the obligations of these payments in the order of their ids."""
    return _locked(tx, _LOCK_BY_PAYMENT, {"ids": list(payment_ids)})


def lock_by_reference(tx: Tx, references: Sequence[tuple[str, str]]) -> Locked:
    """Lock the obligations behind pairs of gateway and reference, in the order of their ids."""
    return _locked(
        tx,
        _LOCK_BY_REFERENCE,
        {
            "gateways": [gateway for gateway, _ in references],
            "references": [reference for _, reference in references],
        },
    )


def holders(tx: Tx, obligation_ids: Collection[int]) -> dict[int, int]:
    """Return the id of the payment that holds each of these obligations."""
    found = tx.execute(
        select(obligation_lock.c.obligation_id, obligation_lock.c.payment_id).where(
            obligation_lock.c.obligation_id.in_(sorted(obligation_ids))
        )
    )
    return {int(row.obligation_id): int(row.payment_id) for row in found}


def take(tx: Tx, wanted: Collection[tuple[int, int]], *, at: datetime) -> set[int]:
    """Give obligations, each with its payment, to those payments; return those that were free."""
    if not wanted:
        return set()
    rows = tx.exec_driver_sql(
        _TAKE,
        {
            "obligations": [obligation_id for obligation_id, _ in wanted],
            "payments": [payment_id for _, payment_id in wanted],
            "at": at,
        },
    )
    return {int(row.obligation_id) for row in rows}


def close(tx: Tx, *, paid: Collection[Owed], released: Collection[int]) -> None:
    """Keep how obligations stand once money was taken, and free all that these payments held."""
    if not paid and not released:
        return
    tx.exec_driver_sql(
        _CLOSE,
        {
            "obligations": [each.obligation_id for each in paid],
            "statuses": [each.status.value for each in paid],
            "captures": [each.captures for each in paid],
            "payments": list(released),
        },
    )


def _locked(tx: Tx, statement: str, wanted: Mapping[str, object]) -> Locked:
    lines: dict[int, list[PaymentLine]] = {}
    owed: dict[int, Owed] = {}
    beneficiaries: dict[str, Beneficiary] = {}
    for row in tx.exec_driver_sql(statement, dict(wanted)):
        obligation_id = int(row.obligation_id)
        owed[obligation_id] = _owed(row)
        code = str(row.beneficiary)
        beneficiaries[code] = Beneficiary(
            code=code,
            name=str(row.name),
            account_number=str(row.account_number),
            bank_name=str(row.bank_name),
            statement_source=str(row.statement_source),
        )
        lines.setdefault(int(row.payment_id), []).append(
            PaymentLine(
                ordinal=int(row.ordinal),
                obligation_id=obligation_id,
                part=str(row.part),
                amount=Money(int(row.amount_vnd)),
                beneficiary=code,
                budget=row.budget,
                explanation=row.explanation,
                obligation_version=int(row.obligation_version),
                captures_before=int(row.captures_before),
            )
        )
    later = {each.counts_for for each in owed.values()} - owed.keys()
    owed = _inherited(tx, owed) | (lock_owed(tx, later) if later else {})
    in_order = {
        payment_id: tuple(sorted(each, key=lambda line: line.ordinal))
        for payment_id, each in lines.items()
    }
    return Locked(lines=in_order, owed=owed, beneficiaries=beneficiaries)


def _owed(row: Row[Any]) -> Owed:
    return Owed(
        obligation_id=int(row.obligation_id),
        provider=str(row.provider),
        kind=str(row.kind),
        number_shown=str(row.number_shown),
        status=ObligationStatus(row.status),
        version=int(row.version),
        captures=int(row.captures),
        successor_id=None if row.successor_id is None else int(row.successor_id),
        subscriber=str(row.subscriber),
    )


def _inherited(tx: Tx, owed: dict[int, Owed]) -> dict[int, Owed]:
    """Return obligations with the last of the authorities that took each other's place."""
    codes = {each.subscriber for each in owed.values() if each.is_inherited}
    if not codes:
        return owed
    rows = tx.exec_driver_sql(_HEIRS, {"codes": sorted(codes), "depth_max": HEIRS_MAX})
    heirs = {str(row.first): str(row.code) for row in rows}
    return {
        key: replace(each, subscriber=heirs.get(each.subscriber, each.subscriber))
        for key, each in owed.items()
    }
