"""Sums that were taken: what is asked back of them, what is due back, what the State has."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.decision import Movement
from payments.refund import Refund, RefundRoute
from payments.refund_states import RefundState
from payments.taken_sum import TakenSum

_STANDING_FOR: Final = """
SELECT coalesce(successor_id, obligation_id) FROM payments.obligation
WHERE obligation_id = %(obligation)s
"""
_REFUNDABLE: Final = """
SELECT
    capture.capture_id, capture.payment_id, capture.attempt_id, capture.gateway,
    capture.gateway_transaction, capture.reference, capture.movement, capture.amount_vnd,
    capture.paid_at, capture.business_date, capture.entry_key, line.beneficiary,
    (SELECT count(*) FROM payments.refund WHERE refund.capture_id = capture.capture_id) AS refunds,
    (SELECT coalesce(sum(refund.amount_vnd), 0) FROM payments.refund
     WHERE refund.capture_id = capture.capture_id
        AND refund.state NOT IN ('rejected', 'refused')) AS back_vnd,
    (SELECT coalesce(sum(refund.amount_vnd), 0) FROM payments.refund
     WHERE refund.capture_id = capture.capture_id AND refund.state = 'done') AS returned_vnd
FROM payments.capture
-- All lines of a payment have the same beneficiary, so the first one names it.
JOIN payments.payment_line AS line
    ON line.payment_id = capture.payment_id AND line.ordinal = 1
"""
_SUMS_OF_PAYMENT: Final = (
    _REFUNDABLE + "WHERE capture.payment_id = %(payment)s ORDER BY capture.capture_id"
)
_SUM: Final = _REFUNDABLE + "WHERE capture.capture_id = %(capture)s"
_SUMS_BY_KEY: Final = (
    _REFUNDABLE + "WHERE capture.entry_key = ANY(%(keys)s::text[]) ORDER BY capture.capture_id"
)
# What was paid counts for the decision in the place of what it was paid for; the newest first.
_SUMS_FOR_OBLIGATION: Final = """
SELECT
    capture.capture_id, capture.payment_id, sum(line.amount_vnd) AS paid_vnd,
    (SELECT coalesce(sum(refund.amount_vnd), 0) FROM payments.refund
     JOIN payments.obligation AS meant ON meant.obligation_id = refund.obligation_id
     WHERE refund.capture_id = capture.capture_id
        AND %(obligation)s IN (meant.obligation_id, meant.successor_id)
        AND refund.state NOT IN ('rejected', 'refused')) AS back_vnd
FROM payments.obligation
JOIN payments.payment_line AS line ON line.obligation_id = obligation.obligation_id
JOIN payments.capture
    ON capture.payment_id = line.payment_id AND capture.movement = 'captured'
WHERE obligation.obligation_id = %(obligation)s OR obligation.successor_id = %(obligation)s
GROUP BY capture.capture_id
ORDER BY capture.capture_id DESC
"""
_DUE: Final = """
SELECT difference_vnd FROM payments.refund_due
WHERE obligation_id = %(obligation)s
ORDER BY sequence DESC
LIMIT 1
"""
_BACK_FOR: Final = """
SELECT coalesce(sum(refund.amount_vnd), 0) FROM payments.obligation AS meant
JOIN payments.refund ON refund.obligation_id = meant.obligation_id
WHERE (meant.obligation_id = %(obligation)s OR meant.successor_id = %(obligation)s)
    AND refund.state NOT IN ('rejected', 'refused')
"""
_GIVEN_BACK_FOR: Final = _BACK_FOR.replace("NOT IN ('rejected', 'refused')", "= 'done'")
_SETTLED: Final = """
SELECT subject_id FROM payments.step
WHERE machine = 'payment' AND subject_id = ANY(%(payments)s::bigint[]) AND step = 'settle'
"""


@dataclass(frozen=True, slots=True)
class Part:
    """What one payment brought for an obligation, and what of that is asked back."""

    capture_id: int
    payment_id: int
    paid: Money
    back: Money


def sums_of_payment(tx: Tx, payment_id: int) -> list[TakenSum]:
    """Return the sums taken for a payment, the oldest first."""
    return [_sum(row) for row in tx.exec_driver_sql(_SUMS_OF_PAYMENT, {"payment": payment_id})]


def sum_of(tx: Tx, capture_id: int) -> TakenSum | None:
    """Return one sum that was taken."""
    row = tx.exec_driver_sql(_SUM, {"capture": capture_id}).one_or_none()
    return None if row is None else _sum(row)


def sums_by_key(tx: Tx, entry_keys: Collection[str]) -> list[TakenSum]:
    """Return the sums that these entries of the book are of."""
    return [_sum(row) for row in tx.exec_driver_sql(_SUMS_BY_KEY, {"keys": list(entry_keys)})]


def parts_for(tx: Tx, obligation_id: int) -> list[Part]:
    """Return what payments brought for an obligation and all it took the place of, newest first."""
    rows = tx.exec_driver_sql(_SUMS_FOR_OBLIGATION, {"obligation": obligation_id})
    return [
        Part(
            capture_id=int(row.capture_id),
            payment_id=int(row.payment_id),
            paid=Money(int(row.paid_vnd)),
            back=Money(int(row.back_vnd)),
        )
        for row in rows
    ]


def due_for(tx: Tx, obligation_id: int) -> Money:
    """Return all that is due back for an obligation by now, asked for already or not."""
    due = tx.exec_driver_sql(_DUE, {"obligation": obligation_id}).scalar_one_or_none()
    return Money(0 if due is None else int(due))


def back_for(tx: Tx, obligation_id: int) -> Money:
    """Return all that was asked back for an obligation and not called off."""
    back: Any = tx.exec_driver_sql(_BACK_FOR, {"obligation": obligation_id}).scalar_one()
    return Money(int(back))


def given_back_for(tx: Tx, obligation_id: int) -> Money:
    """Return all that its payers have back for an obligation."""
    back: Any = tx.exec_driver_sql(_GIVEN_BACK_FOR, {"obligation": obligation_id}).scalar_one()
    return Money(int(back))


def is_beyond_due(tx: Tx, obligation_id: int) -> bool:
    """Say whether more was asked back for an obligation, or what replaced it, than is due back."""
    standing = standing_for(tx, obligation_id)
    return back_for(tx, standing) > due_for(tx, standing)


def may_be_called_off(tx: Tx, refund: Refund) -> bool:
    """Say whether the State was to give this back, and it is due back no more."""
    return (
        refund.obligation_id is not None
        and (refund.state, refund.route) == (RefundState.APPROVED, RefundRoute.STATE_PROCEDURE)
        and is_beyond_due(tx, refund.obligation_id)
    )


def settled_among(tx: Tx, payment_ids: Collection[int]) -> set[int]:
    """Return those of the payments whose beneficiary has the money."""
    rows = tx.exec_driver_sql(_SETTLED, {"payments": list(payment_ids)})
    return {int(row.subject_id) for row in rows}


def standing_for(tx: Tx, obligation_id: int) -> int:
    """Return the id of what took an obligation's place, its own where nothing did."""
    rows = tx.exec_driver_sql(_STANDING_FOR, {"obligation": obligation_id})
    return int(rows.scalar_one())


def _sum(row: Row[Any]) -> TakenSum:
    return TakenSum(
        capture_id=int(row.capture_id),
        payment_id=int(row.payment_id),
        attempt_id=int(row.attempt_id),
        gateway=str(row.gateway),
        gateway_transaction=str(row.gateway_transaction),
        reference=str(row.reference),
        movement=Movement(row.movement),
        amount=Money(int(row.amount_vnd)),
        paid_at=row.paid_at,
        business_date=row.business_date,
        beneficiary=str(row.beneficiary),
        entry_key=str(row.entry_key),
        refunds=int(row.refunds),
        back=Money(int(row.back_vnd)),
        returned=Money(int(row.returned_vnd)),
    )
