"""What each address of a client is still to be told, and every try."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, Select, func, insert, select

from ledger.postgres.transaction import Tx
from payments.postgres.delivery_rows import Try
from payments.postgres.event_tables import client_event, webhook_delivery, webhook_try

ERROR_MAX: Final = 200

# Of one subject's events only the oldest: what was given up on holds up what comes after it.
_DUE: Final = """
SELECT
    delivery.endpoint_id, delivery.client_event_id, delivery.subject, delivery.sequence,
    delivery.due_since, delivery.attempts, delivery.taken_at, event.event_id, event.payload
FROM payments.webhook_delivery AS delivery
JOIN payments.client_event AS event
    ON event.client = delivery.client AND event.client_event_id = delivery.client_event_id
WHERE delivery.endpoint_id = %(endpoint)s AND delivery.next_at <= %(now)s
    AND NOT EXISTS (
        SELECT FROM payments.webhook_delivery AS earlier
        WHERE earlier.endpoint_id = delivery.endpoint_id
            AND earlier.subject = delivery.subject
            AND earlier.sequence < delivery.sequence
            AND (earlier.next_at IS NOT NULL OR earlier.parked_at IS NOT NULL)
    )
ORDER BY delivery.next_at, delivery.client_event_id
LIMIT %(events_max)s
"""

_TAKEN: Final = """
UPDATE payments.webhook_delivery
SET taken_at = COALESCE(taken_at, %(at)s), next_at = NULL, parked_at = NULL,
    attempts = attempts + 1, last_error = ''
WHERE endpoint_id = %(endpoint)s AND client_event_id = %(event)s
"""

_REFUSED: Final = """
UPDATE payments.webhook_delivery
SET next_at = %(next_at)s, attempts = attempts + 1, last_error = %(error)s
WHERE endpoint_id = %(endpoint)s AND client_event_id = %(event)s AND next_at IS NOT NULL
"""

# What comes after in its subject would wait for it, so it is given up on as well. What had been
# taken in before, and was to be told again, holds up nothing.
_PARK: Final = """
UPDATE payments.webhook_delivery
SET next_at = NULL, parked_at = CASE WHEN taken_at IS NULL THEN %(now)s::timestamptz END,
    last_error = CASE WHEN last_error = '' THEN %(error)s ELSE last_error END
WHERE endpoint_id = %(endpoint)s AND next_at IS NOT NULL
    AND subject = %(subject)s AND sequence >= %(sequence)s
"""

_PARK_OLD: Final = """
UPDATE payments.webhook_delivery
SET next_at = NULL, parked_at = CASE WHEN taken_at IS NULL THEN %(now)s::timestamptz END,
    last_error = CASE WHEN last_error = '' THEN %(error)s ELSE last_error END
WHERE endpoint_id = %(endpoint)s AND next_at IS NOT NULL
    AND subject IN (
        SELECT old.subject FROM payments.webhook_delivery AS old
        WHERE old.endpoint_id = %(endpoint)s AND old.next_at IS NOT NULL
            AND old.due_since <= %(since)s
    )
"""

_ONE: Final = """
WITH chosen AS MATERIALIZED (
    SELECT delivery.endpoint_id, delivery.client_event_id, delivery.client, delivery.subject,
        delivery.sequence
    FROM payments.webhook_delivery AS delivery
    JOIN payments.webhook_endpoint AS endpoint
        ON endpoint.endpoint_id = delivery.endpoint_id AND endpoint.deleted_at IS NULL
    WHERE delivery.client = %(client)s AND delivery.client_event_id = %(event)s
)
"""

# What an endpoint was never to be told, since it is younger, is told there all the same.
_SPAN: Final = """
WITH chosen AS MATERIALIZED (
    SELECT endpoint.endpoint_id, event.client_event_id, event.client, event.subject, event.sequence
    FROM payments.webhook_endpoint AS endpoint
    JOIN payments.client_event AS event
        ON event.client = endpoint.client AND event.payment_id IS NOT NULL
        AND (endpoint.types = '{}' OR event.type = ANY(endpoint.types))
    WHERE endpoint.endpoint_id = %(endpoint)s
        AND event.created_at >= %(since)s AND event.created_at < %(until)s
        AND (NOT %(parked_only)s OR EXISTS (
            SELECT FROM payments.webhook_delivery AS parked
            WHERE parked.endpoint_id = endpoint.endpoint_id
                AND parked.client_event_id = event.client_event_id
                AND parked.parked_at IS NOT NULL
        ))
    ORDER BY event.added_in, event.client_event_id
    LIMIT %(events_max)s
)
"""

# What stands before a chosen event and was given up on goes too: it would hold it up for ever.
_REPLAY: Final = """
, again AS (
    SELECT * FROM chosen
    UNION
    SELECT earlier.endpoint_id, earlier.client_event_id, earlier.client, earlier.subject,
        earlier.sequence
    FROM chosen
    JOIN payments.webhook_delivery AS earlier
        ON earlier.endpoint_id = chosen.endpoint_id AND earlier.subject = chosen.subject
        AND earlier.sequence < chosen.sequence AND earlier.parked_at IS NOT NULL
)
INSERT INTO payments.webhook_delivery AS kept (
    endpoint_id, client_event_id, client, subject, sequence, due_since, next_at
)
SELECT endpoint_id, client_event_id, client, subject, sequence, %(now)s, %(now)s
FROM again
ORDER BY endpoint_id, client_event_id
ON CONFLICT (endpoint_id, client_event_id) DO UPDATE
SET due_since = excluded.due_since, next_at = LEAST(kept.next_at, excluded.next_at),
    parked_at = NULL, attempts = CASE WHEN kept.next_at IS NULL THEN 0 ELSE kept.attempts END
"""


class WebhookState(enum.StrEnum):
    """Where an event stands at one address."""

    DELIVERED = "delivered"
    WAITING = "waiting"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class DueDelivery:
    """One event to tell an endpoint now; `attempts` counts tries since it was last asked for."""

    endpoint_id: str
    client_event_id: int
    event_id: str
    subject: str
    sequence: int
    payload: dict[str, object]
    due_since: datetime
    attempts: int


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """How far the telling of one event has come at one address."""

    endpoint_id: str
    client_event_id: int
    event_id: str
    type: str
    subject: str
    sequence: int
    created_at: datetime
    state: WebhookState
    taken_at: datetime | None
    parked_at: datetime | None
    next_at: datetime | None
    attempts: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What an endpoint has not been told, or only in vain."""

    waiting: int = 0
    parked: int = 0


def due_deliveries(
    tx: Tx, endpoint_id: str, *, now: datetime, events_max: int
) -> list[DueDelivery]:
    """Return what an endpoint is to be told now, of each subject the oldest event."""
    rows = tx.exec_driver_sql(_DUE, {"endpoint": endpoint_id, "now": now, "events_max": events_max})
    return [
        DueDelivery(
            endpoint_id=str(row.endpoint_id),
            client_event_id=int(row.client_event_id),
            event_id=str(row.event_id),
            subject=str(row.subject),
            sequence=int(row.sequence),
            payload=row.payload,
            due_since=row.due_since,
            attempts=int(row.attempts),
        )
        for row in rows
    ]


def keep_try(tx: Tx, told: DueDelivery, tried: Try) -> None:
    """Keep one try."""
    tx.execute(
        insert(webhook_try).values(
            endpoint_id=told.endpoint_id,
            client_event_id=told.client_event_id,
            at=tried.at,
            is_taken=tried.is_taken,
            status=tried.status,
            error=tried.error[:ERROR_MAX],
            duration_ms=tried.duration_ms,
        )
    )


def keep_taken(tx: Tx, told: DueDelivery, *, at: datetime) -> None:
    """Keep that an event was taken in; the first time stays known."""
    tx.exec_driver_sql(
        _TAKEN, {"endpoint": told.endpoint_id, "event": told.client_event_id, "at": at}
    )


def keep_refused(tx: Tx, told: DueDelivery, *, error: str, next_at: datetime) -> None:
    """Keep that an event was not taken in, why, and when to tell it again."""
    tx.exec_driver_sql(
        _REFUSED,
        {
            "endpoint": told.endpoint_id,
            "event": told.client_event_id,
            "error": error[:ERROR_MAX],
            "next_at": next_at,
        },
    )


def park(tx: Tx, told: DueDelivery, *, error: str, now: datetime) -> int:
    """Tell an event, and what waits behind it, no more; return how many."""
    return tx.exec_driver_sql(
        _PARK,
        {
            "endpoint": told.endpoint_id,
            "subject": told.subject,
            "sequence": told.sequence,
            "error": error[:ERROR_MAX],
            "now": now,
        },
    ).rowcount


def park_old(tx: Tx, endpoint_id: str, *, since: datetime, error: str, now: datetime) -> int:
    """Tell no more what has been due so long, nor what waits behind it; return how many."""
    return tx.exec_driver_sql(
        _PARK_OLD,
        {"endpoint": endpoint_id, "since": since, "error": error[:ERROR_MAX], "now": now},
    ).rowcount


def replay_event(tx: Tx, client_event_id: int, *, client: str, now: datetime) -> int:
    """Make one event due now wherever it was to be told, with what is parked before it."""
    return tx.exec_driver_sql(
        _ONE + _REPLAY, {"client": client, "event": client_event_id, "now": now}
    ).rowcount


def replay_span(
    tx: Tx,
    endpoint_id: str,
    *,
    since: datetime,
    until: datetime,
    parked_only: bool,
    now: datetime,
    events_max: int,
) -> int:
    """Make the oldest events of a time span due now at one endpoint; return how many.

    `until` itself is outside.
    """
    return tx.exec_driver_sql(
        _SPAN + _REPLAY,
        {
            "endpoint": endpoint_id,
            "since": since,
            "until": until,
            "parked_only": parked_only,
            "now": now,
            "events_max": events_max,
        },
    ).rowcount


def backlogs(tx: Tx, endpoint_ids: Sequence[str]) -> dict[str, Backlog]:
    """Return what endpoints have not been told; those that know everything are not there."""
    found = tx.execute(
        select(
            webhook_delivery.c.endpoint_id,
            func.count(webhook_delivery.c.next_at).label("waiting"),
            func.count(webhook_delivery.c.parked_at).label("parked"),
        )
        .where(
            webhook_delivery.c.endpoint_id.in_(endpoint_ids),
            webhook_delivery.c.next_at.is_not(None) | webhook_delivery.c.parked_at.is_not(None),
        )
        .group_by(webhook_delivery.c.endpoint_id)
    )
    return {str(row.endpoint_id): Backlog(int(row.waiting), int(row.parked)) for row in found}


def newest_at(
    tx: Tx,
    endpoint_id: str,
    *,
    state: WebhookState | None,
    before: int | None,
    limit_max: int,
) -> list[WebhookDelivery]:
    """Return what an endpoint was, is or shall be told, newest first; `before` is an event's id."""
    d = webhook_delivery.c
    query = _listing().where(d.endpoint_id == endpoint_id)
    if state is WebhookState.WAITING:
        query = query.where(d.next_at.is_not(None))
    if state is WebhookState.PARKED:
        query = query.where(d.parked_at.is_not(None))
    if state is WebhookState.DELIVERED:
        query = query.where(d.next_at.is_(None), d.parked_at.is_(None))
    if before is not None:
        query = query.where(d.client_event_id < before)
    rows = tx.execute(query.order_by(d.client_event_id.desc()).limit(limit_max))
    return [_delivery(row) for row in rows]


def deliveries_of(tx: Tx, client_event_id: int, *, client: str) -> list[WebhookDelivery]:
    """Return how far one event has come at each address of its client."""
    d = webhook_delivery.c
    rows = tx.execute(
        _listing()
        .where(d.client == client, d.client_event_id == client_event_id)
        .order_by(d.endpoint_id)
    )
    return [_delivery(row) for row in rows]


def tries_of(tx: Tx, one: WebhookDelivery, *, limit_max: int) -> list[Try]:
    """Return the tries to tell one event at one address, newest first."""
    rows = tx.execute(
        select(webhook_try)
        .where(
            webhook_try.c.endpoint_id == one.endpoint_id,
            webhook_try.c.client_event_id == one.client_event_id,
        )
        .order_by(webhook_try.c.webhook_try_id.desc())
        .limit(limit_max)
    )
    return [
        Try(
            at=row.at,
            is_taken=bool(row.is_taken),
            status=None if row.status is None else int(row.status),
            error=str(row.error),
            duration_ms=int(row.duration_ms),
        )
        for row in rows
    ]


def _listing() -> Select[Any]:
    return select(
        webhook_delivery,
        client_event.c.event_id,
        client_event.c.type,
        client_event.c.created_at,
    ).join(
        client_event,
        (client_event.c.client == webhook_delivery.c.client)
        & (client_event.c.client_event_id == webhook_delivery.c.client_event_id),
    )


def _delivery(row: Row[Any]) -> WebhookDelivery:
    state = WebhookState.DELIVERED
    if row.parked_at is not None:
        state = WebhookState.PARKED
    elif row.next_at is not None:
        state = WebhookState.WAITING
    return WebhookDelivery(
        endpoint_id=str(row.endpoint_id),
        client_event_id=int(row.client_event_id),
        event_id=str(row.event_id),
        type=str(row.type),
        subject=str(row.subject),
        sequence=int(row.sequence),
        created_at=row.created_at,
        state=state,
        taken_at=row.taken_at,
        parked_at=row.parked_at,
        next_at=row.next_at,
        attempts=int(row.attempts),
        last_error=str(row.last_error),
    )
