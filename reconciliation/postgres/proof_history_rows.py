"""What proofs ask about what happened in order: steps, answered requests, events to tell."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres.proof_rows import Found, find

# The steps as the program knows them, not as the database says: its own table may be changed, too.
_SUBJECTS: Final = """
WITH allowed AS (
    SELECT * FROM unnest(
        %(machines)s::text[], %(from_states)s::text[], %(steps)s::text[], %(to_states)s::text[]
    ) AS allowed (machine, from_state, step, to_state)
), subject AS (
    SELECT 'payment' AS machine, payment.payment_id AS subject_id, payment.number AS name,
        payment.state, payment.version, %(payment_first)s::text AS first_state
    FROM payments.payment
    UNION ALL
    SELECT 'attempt', attempt.attempt_id, attempt.gateway || ' ' || attempt.reference,
        attempt.state, attempt.version, %(attempt_first)s::text
    FROM payments.attempt
    UNION ALL
    SELECT 'refund', refund.refund_id, refund.number, refund.state, refund.version,
        'proposed'
    FROM payments.refund
)
"""
_ILLEGAL_STEPS: Final = """
SELECT told.machine || ' ' || coalesce(subject.name, 'number ' || told.subject_id) || ', step '
    || told.version || ': ' || told.from_state || ' ' || told.step || ' ' || told.to_state
    || CASE
        WHEN subject.name IS NULL THEN ' of nothing there is'
        WHEN told.version <> told.place THEN ', with a gap before it'
        WHEN allowed.step IS NULL THEN ' is no step'
        ELSE ', but it stood at ' || coalesce(told.reached, subject.first_state)
    END
FROM (
    SELECT step.*, row_number() OVER history AS place, lag(step.to_state) OVER history AS reached
    FROM payments.step
    WINDOW history AS (PARTITION BY step.machine, step.subject_id ORDER BY step.version)
) AS told
LEFT JOIN subject ON subject.machine = told.machine AND subject.subject_id = told.subject_id
LEFT JOIN allowed
    ON allowed.machine = told.machine AND allowed.from_state = told.from_state
    AND allowed.step = told.step AND allowed.to_state = told.to_state
WHERE subject.name IS NULL OR allowed.step IS NULL OR told.version <> told.place
    OR told.from_state <> coalesce(told.reached, subject.first_state)
UNION ALL
SELECT subject.machine || ' ' || subject.name || ' is ' || subject.state || ' at version '
    || subject.version || ', its history ends ' || coalesce(last.to_state, subject.first_state)
    || ' at ' || coalesce(last.version, 0)
FROM subject
LEFT JOIN (
    SELECT DISTINCT ON (step.machine, step.subject_id)
        step.machine, step.subject_id, step.version, step.to_state
    FROM payments.step
    ORDER BY step.machine, step.subject_id, step.version DESC
) AS last ON last.machine = subject.machine AND last.subject_id = subject.subject_id
WHERE subject.state <> coalesce(last.to_state, subject.first_state)
    OR subject.version <> coalesce(last.version, 0)
"""
_HISTORIES: Final = """
SELECT (SELECT count(*) FROM payments.payment) AS payments,
    (SELECT count(*) FROM payments.attempt) AS attempts,
    (SELECT count(*) FROM payments.step) AS steps
"""

# A key's row commits with its work: what is there is answered, and what the answer names is there.
# Each door names what it made at the very beginning; what comes later a partner may have chosen.
_BADLY_ANSWERED: Final = """
WITH kept AS (
    SELECT
        idempotency.*,
        idempotency.client || ' ' || idempotency.route || ' ' || idempotency.key AS name,
        encode(idempotency.answer, 'escape') AS said,
        CASE
            WHEN route = '/v1/payments' THEN 'payment'
            WHEN route IN ('/v1/refunds', '/refund-proposal') THEN 'refund'
            WHEN route = '/v1/webhook-endpoints' THEN 'endpoint'
            WHEN route ~ '^/v1/webhook-endpoints/[^/]+/rotate-secret$' THEN 'secret of endpoint'
            WHEN route ~ '^/v1/webhook-endpoints/[^/]+/test$' THEN 'ping'
        END AS sort
    FROM payments.idempotency
), answered AS (
    SELECT
        kept.*,
        CASE kept.route
            WHEN '/refund-proposal' THEN kept.said
            ELSE substring(kept.said FROM '^\\{"(?:number|id|event)": ?"([^"\\\\]+)"')
        END AS made
    FROM kept
)
SELECT answered.name || ' was never answered' FROM answered WHERE answered.status IS NULL
    OR answered.answer IS NULL
UNION ALL
SELECT answered.name || ' is bound to no body' FROM answered
WHERE octet_length(answered.body_digest) <> 32
UNION ALL
SELECT answered.name || ' is there ' || count(*) || ' times' FROM answered
GROUP BY answered.name
HAVING count(*) > 1
UNION ALL
SELECT answered.name || ' was answered by a door that keeps no answers' FROM answered
WHERE answered.sort IS NULL
UNION ALL
SELECT answered.name || ' was answered with no ' || answered.sort FROM answered
WHERE answered.answer IS NOT NULL AND answered.made IS NULL
UNION ALL
SELECT answered.name || ' was answered with ' || answered.sort || ' ' || answered.made || ', which '
    || answered.client || ' does not have'
FROM answered
WHERE answered.made IS NOT NULL AND NOT CASE answered.sort
    WHEN 'payment' THEN EXISTS (
        SELECT FROM payments.payment
        WHERE payment.number = answered.made AND payment.client = answered.client)
    WHEN 'refund' THEN EXISTS (
        SELECT FROM payments.refund
        JOIN payments.payment ON payment.payment_id = refund.payment_id
        WHERE refund.number = answered.made AND CASE answered.route
            WHEN '/refund-proposal' THEN refund.proposed_by = answered.client
            ELSE payment.client = answered.client
        END)
    WHEN 'ping' THEN EXISTS (
        SELECT FROM payments.client_event
        WHERE client_event.event_id = answered.made AND client_event.client = answered.client
            AND client_event.type = 'ping'
            AND answered.route = '/v1/webhook-endpoints/' || client_event.subject || '/test')
    WHEN 'endpoint' THEN EXISTS (
        SELECT FROM payments.webhook_endpoint AS endpoint
        WHERE endpoint.endpoint_id = answered.made AND endpoint.client = answered.client)
    WHEN 'secret of endpoint' THEN EXISTS (
        SELECT FROM payments.webhook_endpoint AS endpoint
        WHERE endpoint.endpoint_id = answered.made AND endpoint.client = answered.client
            AND answered.route
                = '/v1/webhook-endpoints/' || endpoint.endpoint_id || '/rotate-secret')
    ELSE true
END
UNION ALL
SELECT answered.sort || ' ' || answered.made || ' is the answer to ' || count(*) || ' keys'
FROM answered
WHERE answered.sort <> 'secret of endpoint'
GROUP BY answered.sort, answered.made
HAVING count(answered.made) > 1
"""
_ANSWERS: Final = "SELECT count(*) FROM payments.idempotency"

# Numbers run from 1 without a gap, what is sent says them, none is delivered before the one ahead
# of it, and each is delivered, parked, or due.
_OUT_OF_ORDER: Final = """
SELECT told.subscriber || ' obligation ' || told.obligation_id || ', event ' || told.sequence
    || ' (' || told.event_id || '): ' || CASE
        WHEN told.sequence <> told.place THEN 'a gap before it'
        WHEN told.delivered_at IS NOT NULL AND told.open_before > 0
            THEN 'delivered before an earlier one'
        WHEN num_nonnulls(told.next_at, told.delivered_at, told.parked_at) <> 1
            THEN 'neither delivered nor parked nor due'
        ELSE 'what is sent names another event'
    END
FROM (
    SELECT
        outbox.*, row_number() OVER so_far AS place,
        count(*) FILTER (WHERE outbox.delivered_at IS NULL) OVER so_far AS open_before
    FROM payments.outbox
    WINDOW so_far AS (
        PARTITION BY outbox.subscriber, outbox.obligation_id ORDER BY outbox.sequence
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    )
) AS told
WHERE told.sequence <> told.place
    OR (told.delivered_at IS NOT NULL AND told.open_before > 0)
    OR num_nonnulls(told.next_at, told.delivered_at, told.parked_at) <> 1
    OR told.payload ->> 'id' IS DISTINCT FROM told.event_id
    OR told.payload ->> 'order' IS DISTINCT FROM told.sequence::text
"""
# One event per change and obligation, under the id that payments/event.py gives it.
_UNTOLD: Final = """
WITH change AS (
    SELECT capture.payment_id, capture.entry_key AS cause,
        CASE capture.movement WHEN 'captured' THEN 'payment.paid' ELSE 'payment.overpaid' END
            AS type
    FROM payments.capture
    WHERE capture.movement IN ('captured', 'captured_twice')
    UNION ALL
    SELECT payment.payment_id, 'settled:' || payment.number, 'payment.settled'
    FROM payments.payment
    JOIN payments.step
        ON step.machine = 'payment' AND step.subject_id = payment.payment_id
        AND step.step = 'settle'
), owed AS (
    SELECT DISTINCT payment_line.payment_id, payment_line.obligation_id, obligation.provider
    FROM payments.payment_line
    JOIN payments.obligation ON obligation.obligation_id = payment_line.obligation_id
)
SELECT owed.provider || ' was never to be told ' || change.type || ' of obligation '
    || owed.obligation_id || ' by ' || change.cause
FROM change
JOIN owed ON owed.payment_id = change.payment_id
LEFT JOIN payments.outbox
    ON outbox.event_id = 'evt_' || left(encode(sha256(convert_to(
        change.type || chr(10) || change.cause || chr(10) || owed.obligation_id, 'UTF8'
    )), 'hex'), 32)
    AND outbox.obligation_id = owed.obligation_id
WHERE outbox.outbox_id IS NULL
UNION ALL
SELECT 'event ' || outbox.event_id || ' is there ' || count(*) || ' times'
FROM payments.outbox
GROUP BY outbox.event_id
HAVING count(*) > 1
"""
_EVENTS: Final = """
SELECT count(*) AS events, count(outbox.delivered_at) AS delivered,
    count(outbox.parked_at) AS parked
FROM payments.outbox
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the program's own table."""

    machine: str
    from_state: str
    step: str
    to_state: str


@dataclass(frozen=True, slots=True)
class Events:
    """How many events there are for authorities, and how many of them they have."""

    total: int
    delivered: int
    parked: int


def illegal_steps(
    tx: Tx, allowed: Collection[Step], *, payment_first: str, attempt_first: str
) -> Found:
    """Return steps that none of these allows, gaps, and states their history does not lead to."""
    return find(
        tx,
        _SUBJECTS + _ILLEGAL_STEPS,
        {
            "machines": [step.machine for step in allowed],
            "from_states": [step.from_state for step in allowed],
            "steps": [step.step for step in allowed],
            "to_states": [step.to_state for step in allowed],
            "payment_first": payment_first,
            "attempt_first": attempt_first,
        },
    )


def history_size(tx: Tx) -> tuple[int, int, int]:
    """Return how many payments, attempts and steps there are."""
    row = tx.exec_driver_sql(_HISTORIES).one()
    return int(row.payments), int(row.attempts), int(row.steps)


def badly_answered(tx: Tx) -> Found:
    """Return keys without an answer of their own, or whose answer names nothing of their client."""
    return find(tx, _BADLY_ANSWERED)


def answer_count(tx: Tx) -> int:
    """Return how many answers are kept."""
    return int(tx.exec_driver_sql(_ANSWERS).scalar_one())


def out_of_order(tx: Tx) -> Found:
    """Return events that are not told in their order, once, and whole."""
    return find(tx, _OUT_OF_ORDER)


def untold(tx: Tx) -> Found:
    """Return changes that no event tells."""
    return find(tx, _UNTOLD)


def events(tx: Tx) -> Events:
    """Return how many events there are."""
    row = tx.exec_driver_sql(_EVENTS).one()
    return Events(int(row.events), int(row.delivered), int(row.parked))
