"""Refunds whose turn it is: to be ordered, or to be asked about, by one process each."""

from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.postgres.refund_rows import SELECT, keep_step, refund_of
from payments.refund import Refund, RefundMove

# An order's refunds go to its gateway one at a time, the oldest first. What is ordered now is asked
# about if no answer is kept; what was ordered before keeps its first instant, to be the same order.
_CLAIM_TO_SEND: Final = """
WITH due AS MATERIALIZED (
    SELECT refund_id FROM payments.refund AS waiting
    WHERE waiting.state = 'approved' AND waiting.next_ask_at <= %(now)s
        AND NOT EXISTS (
            SELECT FROM payments.refund AS other
            WHERE other.attempt_id = waiting.attempt_id AND other.refund_id <> waiting.refund_id
                AND (other.state IN ('sent', 'accepted', 'unknown')
                    OR (other.state = 'approved' AND other.next_ask_at IS NOT NULL
                        AND other.refund_id < waiting.refund_id))
        )
    ORDER BY waiting.next_ask_at
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.refund SET next_ask_at = %(lease_until)s
FROM due
WHERE refund.refund_id = due.refund_id
RETURNING refund.number
"""
_CLAIM_TO_ASK: Final = """
WITH due AS MATERIALIZED (
    SELECT refund_id FROM payments.refund
    WHERE state IN ('sent', 'accepted', 'unknown') AND next_ask_at <= %(now)s
    ORDER BY next_ask_at
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.refund SET next_ask_at = %(lease_until)s, asked_count = asked_count + 1
FROM due
WHERE refund.refund_id = due.refund_id
RETURNING refund.number
"""
_NUMBERED: Final = SELECT + "WHERE refund.number = ANY(%(numbers)s::text[]) ORDER BY refund_id"
_SENT: Final = """
UPDATE payments.refund
SET state = %(state)s, version = %(version)s, sent_at = %(sent_at)s, next_ask_at = %(next_ask_at)s
WHERE refund_id = %(refund)s AND version = %(before)s
"""
_ASK_AT: Final = """
UPDATE payments.refund SET next_ask_at = %(next_ask_at)s WHERE refund_id = %(refund)s
"""
# A gateway that speaks of the last refund of an order may mean an earlier one of the same amount,
# as long as it never said that it has this one.
_MISTAKABLE: Final = """
SELECT EXISTS (
    SELECT FROM payments.refund AS earlier
    WHERE earlier.attempt_id = %(attempt)s AND earlier.refund_id <> %(refund)s
        AND earlier.amount_vnd = %(amount)s AND earlier.state = 'done'
        AND earlier.route = 'gateway'
) AND NOT EXISTS (
    SELECT FROM payments.step
    WHERE step.machine = 'refund' AND step.subject_id = %(refund)s AND step.step = 'accept'
)
"""


def claim_to_send(
    tx: Tx, *, now: datetime, lease_until: datetime, refunds_max: int
) -> list[Refund]:
    """Return approved refunds whose gateway may be told now, put off until the lease ends."""
    return _claimed(tx, _CLAIM_TO_SEND, now=now, lease_until=lease_until, limit=refunds_max)


def claim_to_ask(tx: Tx, *, now: datetime, lease_until: datetime, refunds_max: int) -> list[Refund]:
    """Return refunds it is time to ask about, counted as asked and put off until the lease ends."""
    return _claimed(tx, _CLAIM_TO_ASK, now=now, lease_until=lease_until, limit=refunds_max)


def keep_sent(tx: Tx, move: RefundMove) -> None:
    """Keep that a claimed refund is about to be ordered, before its gateway hears of it."""
    after = move.after
    keep_step(tx, move)
    moved = tx.exec_driver_sql(
        _SENT,
        {
            "refund": after.refund_id,
            "before": move.before.version,
            "state": after.state.value,
            "version": after.version,
            "sent_at": after.sent_at,
            "next_ask_at": after.next_ask_at,
        },
    ).rowcount
    assert moved == 1, "a claimed refund is locked, so nobody else moved it"


def ask_at(tx: Tx, refund: Refund, at: datetime | None) -> None:
    """Keep when a locked refund is looked at again, None for never."""
    tx.exec_driver_sql(_ASK_AT, {"refund": refund.refund_id, "next_ask_at": at})


def is_mistakable(tx: Tx, refund: Refund) -> bool:
    """Say whether a gateway's word on a refund may be about an earlier one of the same amount."""
    return bool(
        tx.exec_driver_sql(
            _MISTAKABLE,
            {
                "attempt": refund.attempt_id,
                "refund": refund.refund_id,
                "amount": refund.amount.vnd,
            },
        ).scalar_one()
    )


def _claimed(
    tx: Tx, statement: str, *, now: datetime, lease_until: datetime, limit: int
) -> list[Refund]:
    claimed = tx.exec_driver_sql(
        statement, {"now": now, "lease_until": lease_until, "limit": limit}
    )
    numbers = [str(row.number) for row in claimed]
    return [refund_of(row) for row in tx.exec_driver_sql(_NUMBERED, {"numbers": numbers})]
