"""Refunds in and out of the database."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres import payment_rows
from payments.postgres.client_event_rows import add_client_events
from payments.refund import (
    Refund,
    RefundCause,
    RefundMove,
    RefundRoute,
    Settlement,
)
from payments.refund_news import proposed_news, step_news
from payments.refund_states import RefundState

SELECT: Final = """
SELECT
    refund.*, payment.number AS payment_number,
    capture.gateway_transaction AS payment_transaction
FROM payments.refund
JOIN payments.payment ON payment.payment_id = refund.payment_id
JOIN payments.capture ON capture.capture_id = refund.capture_id
"""
_BY_NUMBER: Final = SELECT + "WHERE refund.number = %(number)s"
_LOCK: Final = _BY_NUMBER + " FOR NO KEY UPDATE OF refund"
_OF_PAYMENTS: Final = (
    SELECT + "WHERE refund.payment_id = ANY(%(payments)s::bigint[]) ORDER BY refund.refund_id"
)
_LOCK_OF_PAYMENTS: Final = _OF_PAYMENTS + " FOR NO KEY UPDATE OF refund"
_LOCK_FOR_OBLIGATION: Final = (
    SELECT
    + """
JOIN payments.obligation AS meant ON meant.obligation_id = refund.obligation_id
WHERE meant.obligation_id = %(obligation)s OR meant.successor_id = %(obligation)s
ORDER BY refund.refund_id
FOR NO KEY UPDATE OF refund
"""
)
_IN_STATES: Final = (
    SELECT
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
RETURNING number, payment_id
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
    """Keep proposals and tell their clients; their payments are locked by whoever asks."""
    if not refunds:
        return
    kept = tx.exec_driver_sql(
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
    payment_ids = {str(row.number): int(row.payment_id) for row in kept}
    payments = payment_rows.lock_payments(tx, set(payment_ids.values()), lines={})
    add_client_events(
        tx,
        [
            proposed_news(
                payments[payment_ids[each.number]],
                number=each.number,
                amount=each.amount,
                cause=each.cause,
                route=each.route,
                at=now,
            )
            for each in refunds
        ],
    )


def by_number(tx: Tx, number: str) -> Refund | None:
    """Return the refund with this number."""
    row = tx.exec_driver_sql(_BY_NUMBER, {"number": number}).one_or_none()
    return None if row is None else refund_of(row)


def lock_refund(tx: Tx, number: str) -> Refund | None:
    """Lock one refund; its obligations and payment are locked before it."""
    row = tx.exec_driver_sql(_LOCK, {"number": number}).one_or_none()
    return None if row is None else refund_of(row)


def of_payments(tx: Tx, payment_ids: Collection[int]) -> list[Refund]:
    """Return all refunds of these payments, the oldest first."""
    rows = tx.exec_driver_sql(_OF_PAYMENTS, {"payments": list(payment_ids)})
    return [refund_of(row) for row in rows]


def lock_of_payments(tx: Tx, payment_ids: Collection[int]) -> list[Refund]:
    """Lock all refunds of these payments, the oldest first."""
    rows = tx.exec_driver_sql(_LOCK_OF_PAYMENTS, {"payments": list(payment_ids)})
    return [refund_of(row) for row in rows]


def lock_for_obligation(tx: Tx, obligation_id: int) -> list[Refund]:
    """Lock the refunds for an obligation and what it took the place of, the oldest first."""
    rows = tx.exec_driver_sql(_LOCK_FOR_OBLIGATION, {"obligation": obligation_id})
    return [refund_of(row) for row in rows]


def in_states(
    tx: Tx, states: Collection[RefundState], *, after: int = 0, limit_max: int
) -> list[Refund]:
    """Return refunds in these states numbered above `after`, the oldest first."""
    wanted = [state.value for state in states]
    rows = tx.exec_driver_sql(_IN_STATES, {"states": wanted, "after": after, "limit": limit_max})
    return [refund_of(row) for row in rows]


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
    keep_step(tx, move)
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
    keep_step(tx, move)
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


def keep_step(tx: Tx, move: RefundMove) -> None:
    """Keep a step in the history and tell the client; the payment is locked.

    The row that follows it is written in the same transaction.
    """
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
    payment_id = move.after.payment_id
    payments = payment_rows.lock_payments(tx, [payment_id], lines={})
    add_client_events(tx, [step_news(payments[payment_id], move)])


def refund_of(row: Row[Any]) -> Refund:
    """Return a refund as `SELECT` gives it."""
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
