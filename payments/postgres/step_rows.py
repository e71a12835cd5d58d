"""Steps taken: the history, and the rows that follow it, in one statement."""

from collections.abc import Sequence
from typing import Final

from ledger.postgres.transaction import Tx
from payments.client_event import news_of_moves
from payments.move import AttemptMove, PaymentMove
from payments.postgres.client_event_rows import add_client_events

# A row that another transaction moved meanwhile is not moved, and gets no history for it.
_TAKE: Final = """
WITH attempts AS (
    UPDATE payments.attempt
    SET state = after.state, version = after.version,
        gateway_transaction = after.gateway_transaction,
        next_ask_at = CASE WHEN after.is_asked THEN attempt.next_ask_at END
    FROM unnest(
        %(attempts)s::bigint[], %(attempt_befores)s::integer[], %(attempt_states)s::text[],
        %(attempt_versions)s::integer[], %(attempt_transactions)s::text[],
        %(attempt_is_asked)s::boolean[]
    ) AS after (attempt_id, before, state, version, gateway_transaction, is_asked)
    WHERE attempt.attempt_id = after.attempt_id AND attempt.version = after.before
    RETURNING attempt.attempt_id
), payments AS (
    UPDATE payments.payment
    SET state = after.state, version = after.version, paid_at = after.paid_at
    FROM unnest(
        %(payments)s::bigint[], %(payment_befores)s::integer[], %(payment_states)s::text[],
        %(payment_versions)s::integer[], %(payment_paid_at)s::timestamptz[]
    ) AS after (payment_id, before, state, version, paid_at)
    WHERE payment.payment_id = after.payment_id AND payment.version = after.before
    RETURNING payment.payment_id
), moved AS (
    SELECT 'attempt' AS machine, attempt_id AS subject_id FROM attempts
    UNION ALL
    SELECT 'payment', payment_id FROM payments
), history AS (
    INSERT INTO payments.step (
        machine, subject_id, version, step, from_state, to_state, at, evidence_id
    )
    SELECT given.* FROM unnest(
        %(machines)s::text[], %(subjects)s::bigint[], %(versions)s::integer[], %(steps)s::text[],
        %(from_states)s::text[], %(to_states)s::text[], %(instants)s::timestamptz[],
        %(evidence)s::bigint[]
    ) AS given (machine, subject_id, version, step, from_state, to_state, at, evidence_id)
    JOIN moved ON moved.machine = given.machine AND moved.subject_id = given.subject_id
)
SELECT count(*) FROM moved
"""


def take_steps(
    tx: Tx, *, attempts: Sequence[AttemptMove] = (), payments: Sequence[PaymentMove] = ()
) -> None:
    """Keep steps, move their locked rows to where the last of each leads, and tell the clients."""
    subjects = {("attempt", move.after.attempt_id) for move in attempts} | {
        ("payment", move.after.payment_id) for move in payments
    }
    moved = _take(tx, attempts, payments) if subjects else 0
    assert moved == len(subjects), "rows are locked before they move, so nobody else moved them"
    add_client_events(tx, news_of_moves(payments))


def take_step_unless_moved(tx: Tx, move: AttemptMove) -> bool:
    """Keep one step of an attempt that is not locked; False if it stands elsewhere by now."""
    return _take(tx, [move], []) == 1


def _take(tx: Tx, attempts: Sequence[AttemptMove], payments: Sequence[PaymentMove]) -> int:
    moves = [*attempts, *payments]
    attempts_first = {move.before.attempt_id: move.before for move in reversed(attempts)}
    attempts_last = {move.after.attempt_id: move.after for move in attempts}
    payments_first = {move.before.payment_id: move.before for move in reversed(payments)}
    payments_last = {move.after.payment_id: move.after for move in payments}
    moved: int = tx.exec_driver_sql(
        _TAKE,
        {
            "machines": ["attempt"] * len(attempts) + ["payment"] * len(payments),
            "subjects": [
                *(move.after.attempt_id for move in attempts),
                *(move.after.payment_id for move in payments),
            ],
            "versions": [move.after.version for move in moves],
            "steps": [move.step.value for move in moves],
            "from_states": [move.before.state.value for move in moves],
            "to_states": [move.after.state.value for move in moves],
            "instants": [move.at for move in moves],
            "evidence": [move.evidence_id for move in moves],
            "attempts": list(attempts_last),
            "attempt_befores": [attempts_first[key].version for key in attempts_last],
            "attempt_states": [each.state.value for each in attempts_last.values()],
            "attempt_versions": [each.version for each in attempts_last.values()],
            "attempt_transactions": [each.gateway_transaction for each in attempts_last.values()],
            "attempt_is_asked": [each.next_ask_at is not None for each in attempts_last.values()],
            "payments": list(payments_last),
            "payment_befores": [payments_first[key].version for key in payments_last],
            "payment_states": [each.state.value for each in payments_last.values()],
            "payment_versions": [each.version for each in payments_last.values()],
            "payment_paid_at": [each.paid_at for each in payments_last.values()],
        },
    ).scalar_one()
    return moved
