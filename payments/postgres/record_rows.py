"""Violation records that a decision answers: what asks for them is led to the decision."""

from collections.abc import Mapping
from typing import Final

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres.obligation_rows import Key

_DECIDE: Final = """
UPDATE payments.obligation AS record
SET status = %(superseded)s, successor_id = decided.decision_id
FROM unnest(
    %(providers)s::text[], %(kinds)s::text[], %(numbers)s::text[], %(decisions)s::bigint[]
) AS decided (provider, kind, number, decision_id)
WHERE record.provider = decided.provider
    AND record.kind = decided.kind
    AND record.number = decided.number
    AND record.status = %(open)s
"""


def decide(tx: Tx, decisions: Mapping[Key, int]) -> None:
    """Put decisions, by id, in the place of the open records they answer."""
    if not decisions:
        return
    wanted = sorted(decisions.items())
    tx.exec_driver_sql(
        _DECIDE,
        {
            "superseded": ObligationStatus.SUPERSEDED.value,
            "open": ObligationStatus.OPEN.value,
            "providers": [key[0] for key, _ in wanted],
            "kinds": [key[1] for key, _ in wanted],
            "numbers": [key[2] for key, _ in wanted],
            "decisions": [decision_id for _, decision_id in wanted],
        },
    )
