"""Attempts in and out of the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.dialects.postgresql import insert

from gateways.contract import Prepared
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.attempt import Attempt
from payments.postgres.columns import json_list
from payments.postgres.tables import attempt
from payments.states import AttemptState

_LOCK: Final = """
SELECT * FROM payments.attempt WHERE payment_id = ANY(%(payments)s::bigint[])
ORDER BY attempt_id
FOR NO KEY UPDATE
"""

# What is asked now is put off first, so that no second process asks the same meanwhile. Chosen in
# WITH, once: a subquery may be run again for each row of a nested loop and so pass its limit.
_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT attempt_id FROM payments.attempt
    WHERE next_ask_at <= %(now)s AND gateway = ANY(%(gateways)s::text[])
    ORDER BY next_ask_at
    LIMIT %(attempts_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.attempt SET next_ask_at = %(lease_until)s
FROM due
WHERE attempt.attempt_id = due.attempt_id
RETURNING attempt.*
"""

# Locked in the order of ids like everywhere; what reached its end meanwhile is asked no more.
_ASK_AT: Final = """
WITH waiting AS (
    SELECT attempt_id FROM payments.attempt
    WHERE attempt_id = ANY(%(attempts)s::bigint[]) AND next_ask_at IS NOT NULL
    ORDER BY attempt_id
    FOR NO KEY UPDATE
)
UPDATE payments.attempt
SET next_ask_at = wanted.next_ask_at, asked_count = attempt.asked_count + wanted.asked
FROM waiting JOIN unnest(
    %(attempts)s::bigint[], %(instants)s::timestamptz[], %(asked)s::integer[]
) AS wanted (attempt_id, next_ask_at, asked) USING (attempt_id)
WHERE attempt.attempt_id = waiting.attempt_id
"""


_INSERT: Final = """
INSERT INTO payments.attempt (
    payment_id, gateway, reference, state, version, amount_vnd, created_at, expires_at, fields,
    gateway_transaction, next_ask_at, asked_count
)
SELECT payment_id, gateway, reference, %(state)s, 0, amount_vnd, created_at, expires_at, fields,
    '', next_ask_at, 0
FROM ROWS FROM (
    unnest(
        %(payments)s::bigint[], %(gateways)s::text[], %(references)s::text[],
        %(amounts)s::bigint[], %(created)s::timestamptz[], %(expires)s::timestamptz[]
    ),
    jsonb_array_elements(%(fields)s::jsonb),
    unnest(%(next_ask)s::timestamptz[])
) AS new (
    payment_id, gateway, reference, amount_vnd, created_at, expires_at, fields, next_ask_at
)
ORDER BY gateway, reference
ON CONFLICT ON CONSTRAINT attempt_reference_once DO NOTHING
RETURNING attempt_id, gateway, reference
"""


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """When to ask about an attempt again, None for never; `is_asked` counts this time."""

    attempt_id: int
    at: datetime | None
    is_asked: bool


def insert_attempt(
    tx: Tx,
    *,
    payment_id: int,
    gateway: str,
    prepared: Prepared,
    next_ask_at: datetime,
) -> Attempt | None:
    """Keep an attempt before its gateway hears of it; None when its reference is taken."""
    row = tx.execute(
        insert(attempt)
        .values(
            payment_id=payment_id,
            gateway=gateway,
            reference=prepared.reference,
            state=AttemptState.PREPARED.value,
            version=0,
            amount_vnd=prepared.amount.vnd,
            created_at=prepared.created_at,
            expires_at=prepared.expires_at,
            fields=dict(prepared.fields),
            gateway_transaction="",
            next_ask_at=next_ask_at,
            asked_count=0,
        )
        .on_conflict_do_nothing(constraint="attempt_reference_once")
        .returning(attempt)
    ).one_or_none()
    return None if row is None else _attempt(row)


def insert_attempts(tx: Tx, drafts: Sequence[Attempt]) -> dict[tuple[str, str], int]:
    """Keep prepared attempts, and return ids by gateway and reference; none where that is taken."""
    if not drafts:
        return {}
    rows = tx.exec_driver_sql(
        _INSERT,
        {
            "state": AttemptState.PREPARED.value,
            "payments": [each.payment_id for each in drafts],
            "gateways": [each.gateway for each in drafts],
            "references": [each.prepared.reference for each in drafts],
            "amounts": [each.prepared.amount.vnd for each in drafts],
            "created": [each.prepared.created_at for each in drafts],
            "expires": [each.prepared.expires_at for each in drafts],
            "fields": json_list(each.prepared.fields for each in drafts),
            "next_ask": [each.next_ask_at for each in drafts],
        },
    )
    return {(str(row.gateway), str(row.reference)): int(row.attempt_id) for row in rows}


def lock_of_payments(tx: Tx, payment_ids: Collection[int]) -> dict[int, Attempt]:
    """Lock all attempts of these payments in the order of their ids."""
    rows = tx.exec_driver_sql(_LOCK, {"payments": list(payment_ids)})
    return {int(row.attempt_id): _attempt(row) for row in rows}


def by_reference(tx: Tx, *, gateway: str, reference: str) -> Attempt | None:
    """Return the attempt a gateway knows by this reference."""
    row = tx.execute(
        select(attempt).where(attempt.c.gateway == gateway, attempt.c.reference == reference)
    ).one_or_none()
    return None if row is None else _attempt(row)


def of_payment(tx: Tx, payment_id: int) -> list[Attempt]:
    """Return the attempts of a payment, the newest last."""
    found = tx.execute(
        select(attempt).where(attempt.c.payment_id == payment_id).order_by(attempt.c.attempt_id)
    )
    return [_attempt(row) for row in found]


def claim_due(
    tx: Tx, *, gateways: Sequence[str], now: datetime, lease_until: datetime, attempts_max: int
) -> list[Attempt]:
    """Return attempts at these gateways it is time to ask about, put off until the lease ends."""
    rows = tx.exec_driver_sql(
        _CLAIM,
        {
            "gateways": list(gateways),
            "now": now,
            "lease_until": lease_until,
            "attempts_max": attempts_max,
        },
    )
    return [_attempt(row) for row in rows]


def ask_at(tx: Tx, questions: Sequence[NextQuestion]) -> None:
    """Set when to ask next about attempts that have not reached their end."""
    if questions:
        tx.exec_driver_sql(
            _ASK_AT,
            {
                "attempts": [each.attempt_id for each in questions],
                "instants": [each.at for each in questions],
                "asked": [int(each.is_asked) for each in questions],
            },
        )


def _attempt(row: Row[Any]) -> Attempt:
    return Attempt(
        attempt_id=int(row.attempt_id),
        payment_id=int(row.payment_id),
        gateway=str(row.gateway),
        state=AttemptState(row.state),
        version=int(row.version),
        prepared=Prepared(
            reference=str(row.reference),
            amount=Money(int(row.amount_vnd)),
            created_at=row.created_at,
            expires_at=row.expires_at,
            fields=row.fields,
        ),
        gateway_transaction=str(row.gateway_transaction),
        next_ask_at=row.next_ask_at,
        asked_count=int(row.asked_count),
    )
