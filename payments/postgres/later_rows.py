"""What became of obligations since somebody opened a payment of them."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.later import DueBack, Later, Turn
from payments.obligation import ObligationStatus

_LATER: Final = """
SELECT
    own.number_shown, own.successor_id, newest.status,
    coalesce(newest.changed_at, own.changed_at) AS changed_at,
    refund.paid_vnd, refund.due_vnd, refund.found_at
FROM (
    SELECT obligation_id, min(ordinal) AS place, min(obligation_version) AS version
    FROM payments.payment_line WHERE payment_id = %(payment)s GROUP BY obligation_id
) AS line
JOIN payments.obligation AS own USING (obligation_id)
JOIN payments.obligation AS newest
    ON newest.obligation_id = coalesce(own.successor_id, own.obligation_id)
LEFT JOIN payments.refund_due AS refund
    ON refund.obligation_id = newest.obligation_id AND refund.version = newest.version
WHERE own.version <> line.version OR newest.status = %(withdrawn)s
ORDER BY line.place
"""

_DUE_BACK: Final = """
SELECT refund.obligation_id, refund.paid_vnd, refund.due_vnd, refund.found_at
FROM payments.refund_due AS refund
JOIN payments.obligation USING (obligation_id, version)
WHERE refund.obligation_id = ANY(%(ids)s::bigint[])
"""


def later_of(tx: Tx, payment_id: int) -> tuple[Later, ...]:
    """Return what became of each obligation of a payment that is not as it was, in its order."""
    rows = tx.exec_driver_sql(
        _LATER, {"payment": payment_id, "withdrawn": ObligationStatus.WITHDRAWN.value}
    )
    return tuple(
        Later(
            number=str(row.number_shown),
            turn=_turn(row),
            at=row.changed_at,
            is_open=row.status == ObligationStatus.OPEN,
            due_back=None if row.found_at is None else _due_back(row),
        )
        for row in rows
    )


def due_back(tx: Tx, obligation_ids: Collection[int]) -> dict[int, DueBack]:
    """Return what is due back for obligations as they stand now, where anything is."""
    rows = tx.exec_driver_sql(_DUE_BACK, {"ids": sorted(obligation_ids)})
    return {int(row.obligation_id): _due_back(row) for row in rows}


def _turn(row: Row[Any]) -> Turn:
    if row.status == ObligationStatus.WITHDRAWN:
        return Turn.CANCELLED
    return Turn.CORRECTED if row.successor_id is None else Turn.REPLACED


def _due_back(row: Row[Any]) -> DueBack:
    return DueBack(Money(int(row.paid_vnd)), Money(int(row.due_vnd)), row.found_at)
