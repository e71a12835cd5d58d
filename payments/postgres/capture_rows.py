"""Sums that gateways took: what is booked already, and what is booked now."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.postgres.transaction import Tx
from payments.capture import Capture

_KNOWN: Final = """
SELECT gateway, gateway_transaction, attempt_id FROM payments.capture
WHERE payment_id = ANY(%(payments)s::bigint[])
UNION
SELECT capture.gateway, capture.gateway_transaction, capture.attempt_id FROM payments.capture
JOIN unnest(%(gateways)s::text[], %(transactions)s::text[])
    AS wanted (gateway, gateway_transaction) USING (gateway, gateway_transaction)
"""

_KEEP: Final = """
INSERT INTO payments.capture (
    gateway, gateway_transaction, reference, attempt_id, payment_id, movement, amount_vnd,
    paid_at, business_date, entry_key, evidence_id
)
SELECT * FROM unnest(
    %(gateways)s::text[], %(transactions)s::text[], %(references)s::text[],
    %(attempts)s::bigint[], %(payments)s::bigint[], %(movements)s::text[], %(amounts)s::bigint[],
    %(instants)s::timestamptz[], %(dates)s::date[], %(keys)s::text[], %(evidence)s::bigint[]
)
"""


_FULFILLING: Final = """
SELECT payment_id, gateway, gateway_transaction, attempt_id FROM payments.capture
WHERE payment_id = ANY(%(payments)s::bigint[]) AND movement = 'captured'
"""

_FULFILLING_KEY: Final = """
SELECT entry_key FROM payments.capture
WHERE payment_id = %(payment)s AND movement = 'captured'
"""


@dataclass(frozen=True, slots=True)
class Known:
    """One transaction of a gateway that is in the book, and the attempt it is booked under."""

    gateway: str
    gateway_transaction: str
    attempt_id: int


def known_captures(
    tx: Tx, *, payment_ids: Collection[int], transactions: Sequence[tuple[str, str]]
) -> list[Known]:
    """Return what is booked for these payments, and under these transactions of gateways."""
    rows = tx.exec_driver_sql(
        _KNOWN,
        {
            "payments": list(payment_ids),
            "gateways": [gateway for gateway, _ in transactions],
            "transactions": [transaction for _, transaction in transactions],
        },
    )
    return [
        Known(str(row.gateway), str(row.gateway_transaction), int(row.attempt_id)) for row in rows
    ]


def keep_captures(tx: Tx, captures: Sequence[Capture]) -> None:
    """Keep sums that are booked in this transaction."""
    if not captures:
        return
    tx.exec_driver_sql(
        _KEEP,
        {
            "gateways": [each.gateway for each in captures],
            "transactions": [each.gateway_transaction for each in captures],
            "references": [each.reference for each in captures],
            "attempts": [each.attempt_id for each in captures],
            "payments": [each.payment_id for each in captures],
            "movements": [each.movement.value for each in captures],
            "amounts": [each.amount.vnd for each in captures],
            "instants": [each.paid_at for each in captures],
            "dates": [each.business_date for each in captures],
            "keys": [each.entry_key for each in captures],
            "evidence": [each.evidence_id for each in captures],
        },
    )


def fulfilling(tx: Tx, payment_ids: Collection[int]) -> dict[int, Known]:
    """Return the one transaction that fulfilled each of these payments."""
    rows = tx.exec_driver_sql(_FULFILLING, {"payments": list(payment_ids)})
    return {
        int(row.payment_id): Known(
            str(row.gateway), str(row.gateway_transaction), int(row.attempt_id)
        )
        for row in rows
    }


def fulfilling_key(tx: Tx, payment_id: int) -> str | None:
    """Return the key of the entry that fulfilled a payment, None while nothing did."""
    rows = tx.exec_driver_sql(_FULFILLING_KEY, {"payment": payment_id})
    return rows.scalar_one_or_none()
