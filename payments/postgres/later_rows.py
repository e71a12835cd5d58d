"""What became of obligations since somebody opened a payment of them."""

from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.later import Correction, DueBack, Later, Turn
from payments.obligation import ObligationStatus
from payments.obligation_change import ChangeAct

# `back` is what went back on the word of an authority, for it or for one whose place it took.
_LATER: Final = """
SELECT
    own.number_shown, own.successor_id, newest.status,
    coalesce(newest.changed_at, own.changed_at) AS changed_at,
    refund.paid_vnd, refund.due_vnd, refund.found_at, back.vnd AS back_vnd
FROM (
    SELECT obligation_id, min(ordinal) AS place, min(obligation_version) AS version
    FROM payments.payment_line WHERE payment_id = %(payment)s GROUP BY obligation_id
) AS line
JOIN payments.obligation AS own USING (obligation_id)
JOIN payments.obligation AS newest
    ON newest.obligation_id = coalesce(own.successor_id, own.obligation_id)
LEFT JOIN LATERAL (
    SELECT * FROM payments.refund_due AS each
    WHERE each.obligation_id = newest.obligation_id
    ORDER BY each.sequence DESC LIMIT 1
) AS refund ON refund.difference_vnd > 0
LEFT JOIN LATERAL (
    SELECT coalesce(sum(done.amount_vnd), 0) AS vnd
    FROM payments.refund AS done
    JOIN payments.obligation AS meant USING (obligation_id)
    WHERE (meant.obligation_id = refund.obligation_id OR meant.successor_id = refund.obligation_id)
        AND done.cause = 'refund_due' AND done.state = 'done'
) AS back ON true
WHERE own.version <> line.version OR newest.status = %(withdrawn)s
ORDER BY line.place
"""

_DUE_BACK: Final = """
SELECT
    refund.obligation_id, refund.paid_vnd, refund.due_vnd, refund.found_at, back.vnd AS back_vnd
FROM (
    SELECT DISTINCT ON (each.obligation_id) each.*
    FROM payments.refund_due AS each
    WHERE each.obligation_id = ANY(%(ids)s::bigint[])
    ORDER BY each.obligation_id, each.sequence DESC
) AS refund
LEFT JOIN LATERAL (
    SELECT coalesce(sum(done.amount_vnd), 0) AS vnd
    FROM payments.refund AS done
    JOIN payments.obligation AS meant USING (obligation_id)
    WHERE (meant.obligation_id = refund.obligation_id OR meant.successor_id = refund.obligation_id)
        AND done.cause = 'refund_due' AND done.state = 'done'
) AS back ON true
WHERE refund.difference_vnd > 0
"""

_CORRECTIONS: Final = """
SELECT DISTINCT ON (obligation_id) obligation_id, document, changed_at
FROM payments.obligation_change
WHERE obligation_id = ANY(%(ids)s::bigint[]) AND act = %(correct)s
ORDER BY obligation_id, version DESC
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


def corrections(tx: Tx, obligation_ids: Collection[int]) -> dict[int, Correction]:
    """Return the newest correction of each obligation that was corrected."""
    if not obligation_ids:
        return {}
    rows = tx.exec_driver_sql(
        _CORRECTIONS, {"ids": sorted(obligation_ids), "correct": ChangeAct.CORRECT.value}
    )
    return {int(row.obligation_id): Correction(str(row.document), row.changed_at) for row in rows}


def _turn(row: Row[Any]) -> Turn:
    if row.status == ObligationStatus.WITHDRAWN:
        return Turn.CANCELLED
    return Turn.CORRECTED if row.successor_id is None else Turn.REPLACED


def _due_back(row: Row[Any]) -> DueBack:
    return DueBack(
        Money(int(row.paid_vnd)),
        Money(int(row.due_vnd)),
        row.found_at,
        went_back=Money(int(row.back_vnd)),
    )
