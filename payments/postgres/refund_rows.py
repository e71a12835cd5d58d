"""Refunds in and out of the database, and what may still go back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.decision import Movement
from payments.refund import (
    Refund,
    RefundCause,
    RefundMove,
    RefundRoute,
    Settlement,
)
from payments.refund_states import RefundState
from payments.taken_sum import TakenSum

_SELECT: Final = """
SELECT
    refund.*, payment.number AS payment_number,
    capture.gateway_transaction AS payment_transaction
FROM payments.refund
JOIN payments.payment ON payment.payment_id = refund.payment_id
JOIN payments.capture ON capture.capture_id = refund.capture_id
"""
_BY_NUMBER: Final = _SELECT + "WHERE refund.number = %(number)s"
_LOCK: Final = _BY_NUMBER + " FOR NO KEY UPDATE OF refund"
_OF_PAYMENTS: Final = (
    _SELECT + "WHERE refund.payment_id = ANY(%(payments)s::bigint[]) ORDER BY refund.refund_id"
)
_LOCK_OF_PAYMENTS: Final = _OF_PAYMENTS + " FOR NO KEY UPDATE OF refund"
_LOCK_FOR_OBLIGATION: Final = (
    _SELECT
    + """
JOIN payments.obligation AS meant ON meant.obligation_id = refund.obligation_id
WHERE meant.obligation_id = %(obligation)s OR meant.successor_id = %(obligation)s
ORDER BY refund.refund_id
FOR NO KEY UPDATE OF refund
"""
)
_STANDING_FOR: Final = """
SELECT coalesce(successor_id, obligation_id) FROM payments.obligation
WHERE obligation_id = %(obligation)s
"""
_IN_STATES: Final = (
    _SELECT
    + """
WHERE refund.state = ANY(%(states)s::text[]) AND refund.refund_id > %(after)s
ORDER BY refund.refund_id
LIMIT %(limit)s
"""
)

_INSERT: Final = """
INSERT INTO payments.refund (
    number, payment_id, attempt_id, capture_id, obligation_id, gateway, amount_vnd, cause, route,
    state, version, reason, document, proposed_by, proposed_at
)
SELECT
    given.number, capture.payment_id, capture.attempt_id, capture.capture_id, given.obligation_id,
    capture.gateway, given.amount_vnd, given.cause, given.route, 'proposed', 0, given.reason,
    given.document, %(by)s, %(now)s
FROM unnest(
    %(numbers)s::text[], %(captures)s::bigint[], %(obligations)s::bigint[], %(amounts)s::bigint[],
    %(causes)s::text[], %(routes)s::text[], %(reasons)s::text[], %(documents)s::text[]
) WITH ORDINALITY AS given (
    number, capture_id, obligation_id, amount_vnd, cause, route, reason, document, place
)
JOIN payments.capture ON capture.capture_id = given.capture_id
ORDER BY given.place
"""

# A row that another transaction moved meanwhile is not moved, and gets no history for it. Rights go
# column by column, and recon has none on an approval: what does not change is not written.
_APPROVE: Final = """
UPDATE payments.refund
SET approved_by = %(by)s, approved_at = %(at)s, digest = %(digest)s
WHERE refund_id = %(refund)s
"""
_PAID_BACK: Final = """
UPDATE payments.refund
SET decision = %(decision)s, bank_reference = %(bank_reference)s, paid_back_on = %(paid_back_on)s,
    settlement = %(settlement)s, state = %(state)s, version = %(version)s, finished_at = %(at)s
WHERE refund_id = %(refund)s AND version = %(before)s
"""
_STEP: Final = """
INSERT INTO payments.step (
    machine, subject_id, version, step, from_state, to_state, at, evidence_id
)
VALUES (
    'refund', %(refund)s, %(version)s, %(step)s, %(from_state)s, %(to_state)s, %(at)s,
    %(evidence)s
)
"""
_MOVE: Final = """
UPDATE payments.refund
SET state = %(state)s, version = %(version)s, gateway_transaction = %(gateway_transaction)s,
    next_ask_at = %(next_ask_at)s, finished_at = %(finished_at)s, outcome = %(outcome)s
WHERE refund_id = %(refund)s AND version = %(before)s
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
_NUMBERED: Final = _SELECT + "WHERE refund.number = ANY(%(numbers)s::text[]) ORDER BY refund_id"
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


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund as it is proposed."""

    number: str
    capture_id: int
    obligation_id: int | None
    amount: Money
    cause: RefundCause
    route: RefundRoute
    reason: str
    document: str


def insert_refunds(tx: Tx, refunds: Sequence[NewRefund], *, by: str, now: datetime) -> None:
    """Keep proposals; their payments are locked by whoever asks."""
    if not refunds:
        return
    tx.exec_driver_sql(
        _INSERT,
        {
            "numbers": [each.number for each in refunds],
            "captures": [each.capture_id for each in refunds],
            "obligations": [each.obligation_id for each in refunds],
            "amounts": [each.amount.vnd for each in refunds],
            "causes": [each.cause.value for each in refunds],
            "routes": [each.route.value for each in refunds],
            "reasons": [each.reason for each in refunds],
            "documents": [each.document for each in refunds],
            "by": by,
            "now": now,
        },
    )


def by_number(tx: Tx, number: str) -> Refund | None:
    """Return the refund with this number."""
    row = tx.exec_driver_sql(_BY_NUMBER, {"number": number}).one_or_none()
    return None if row is None else _refund(row)


def lock_refund(tx: Tx, number: str) -> Refund | None:
    """Lock one refund; its obligations and payment are locked before it."""
    row = tx.exec_driver_sql(_LOCK, {"number": number}).one_or_none()
    return None if row is None else _refund(row)


def of_payments(tx: Tx, payment_ids: Collection[int]) -> list[Refund]:
    """Return all refunds of these payments, the oldest first."""
    rows = tx.exec_driver_sql(_OF_PAYMENTS, {"payments": list(payment_ids)})
    return [_refund(row) for row in rows]


def lock_of_payments(tx: Tx, payment_ids: Collection[int]) -> list[Refund]:
    """Lock all refunds of these payments, the oldest first."""
    rows = tx.exec_driver_sql(_LOCK_OF_PAYMENTS, {"payments": list(payment_ids)})
    return [_refund(row) for row in rows]


def lock_for_obligation(tx: Tx, obligation_id: int) -> list[Refund]:
    """Lock the refunds for an obligation and what it took the place of, the oldest first."""
    rows = tx.exec_driver_sql(_LOCK_FOR_OBLIGATION, {"obligation": obligation_id})
    return [_refund(row) for row in rows]


def standing_for(tx: Tx, obligation_id: int) -> int:
    """Return the id of what took an obligation's place, its own where nothing did."""
    rows = tx.exec_driver_sql(_STANDING_FOR, {"obligation": obligation_id})
    return int(rows.scalar_one())


def in_states(
    tx: Tx, states: Collection[RefundState], *, after: int = 0, limit_max: int
) -> list[Refund]:
    """Return refunds in these states numbered above `after`, the oldest first."""
    wanted = [state.value for state in states]
    rows = tx.exec_driver_sql(_IN_STATES, {"states": wanted, "after": after, "limit": limit_max})
    return [_refund(row) for row in rows]


def approve(tx: Tx, refund: Refund) -> None:
    """Keep who approved a locked refund, and what."""
    tx.exec_driver_sql(
        _APPROVE,
        {
            "refund": refund.refund_id,
            "by": refund.approved_by,
            "at": refund.approved_at,
            "digest": refund.digest,
        },
    )


def take_step(tx: Tx, move: RefundMove) -> None:
    """Keep a step of a locked refund and where it leads."""
    after = move.after
    _keep_step(tx, move)
    moved = tx.exec_driver_sql(
        _MOVE,
        {
            "refund": after.refund_id,
            "before": move.before.version,
            "state": after.state.value,
            "version": after.version,
            "gateway_transaction": after.gateway_transaction,
            "next_ask_at": after.next_ask_at,
            "finished_at": after.finished_at,
            "outcome": after.outcome,
        },
    ).rowcount
    assert moved == 1, "a refund is locked before it moves, so nobody else moved it"


def take_last_step(tx: Tx, move: RefundMove) -> None:
    """Keep that people paid a locked refund back, and how."""
    after = move.after
    assert after.settlement is None or after.decision, "the State gives back on a decision"
    _keep_step(tx, move)
    moved = tx.exec_driver_sql(
        _PAID_BACK,
        {
            "refund": after.refund_id,
            "before": move.before.version,
            "state": after.state.value,
            "version": after.version,
            "at": after.finished_at,
            "decision": after.decision,
            "bank_reference": after.bank_reference,
            "paid_back_on": after.paid_back_on,
            "settlement": None if after.settlement is None else after.settlement.value,
        },
    ).rowcount
    assert moved == 1, "a refund is locked before it moves, so nobody else moved it"


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
    _keep_step(tx, move)
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


def settled_among(tx: Tx, payment_ids: Collection[int]) -> set[int]:
    """Return those of the payments whose beneficiary has the money."""
    rows = tx.exec_driver_sql(_SETTLED, {"payments": list(payment_ids)})
    return {int(row.subject_id) for row in rows}


def _claimed(
    tx: Tx, statement: str, *, now: datetime, lease_until: datetime, limit: int
) -> list[Refund]:
    claimed = tx.exec_driver_sql(
        statement, {"now": now, "lease_until": lease_until, "limit": limit}
    )
    numbers = [str(row.number) for row in claimed]
    return [_refund(row) for row in tx.exec_driver_sql(_NUMBERED, {"numbers": numbers})]


def _keep_step(tx: Tx, move: RefundMove) -> None:
    tx.exec_driver_sql(
        _STEP,
        {
            "refund": move.after.refund_id,
            "version": move.after.version,
            "step": move.step.value,
            "from_state": move.before.state.value,
            "to_state": move.after.state.value,
            "at": move.at,
            "evidence": move.evidence_id,
        },
    )


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


def _refund(row: Row[Any]) -> Refund:
    return Refund(
        refund_id=int(row.refund_id),
        number=str(row.number),
        payment_id=int(row.payment_id),
        payment_number=str(row.payment_number),
        attempt_id=int(row.attempt_id),
        capture_id=int(row.capture_id),
        obligation_id=None if row.obligation_id is None else int(row.obligation_id),
        gateway=str(row.gateway),
        payment_transaction=str(row.payment_transaction),
        amount=Money(int(row.amount_vnd)),
        cause=RefundCause(row.cause),
        route=RefundRoute(row.route),
        state=RefundState(row.state),
        version=int(row.version),
        reason=str(row.reason),
        document=str(row.document),
        proposed_by=str(row.proposed_by),
        proposed_at=row.proposed_at,
        approved_by=str(row.approved_by),
        approved_at=row.approved_at,
        digest=b"" if row.digest is None else bytes(row.digest),
        sent_at=row.sent_at,
        gateway_transaction=str(row.gateway_transaction),
        next_ask_at=row.next_ask_at,
        asked_count=int(row.asked_count),
        finished_at=row.finished_at,
        outcome=str(row.outcome),
        decision=str(row.decision),
        bank_reference=str(row.bank_reference),
        paid_back_on=row.paid_back_on,
        settlement=None if row.settlement is None else Settlement(row.settlement),
    )
