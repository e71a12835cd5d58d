"""What clients are told, kept beside what it tells of, and due at each of their addresses."""

import enum
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Row, Text, cast, func, or_, select, tuple_

from ledger.postgres.transaction import Tx
from payments.client_event import (
    ClientEvent,
    ClientNews,
    EventType,
    envelope,
    event_id_of,
    has_events,
    payload_of,
)
from payments.postgres.event_tables import client_event as t
from payments.postgres.event_tables import webhook_delivery
from payments.vietnam_time import vietnam_text

# The payment's row is locked by whoever adds its event, so no number is drawn twice. What comes
# after an event that was given up on waits for a replay with it: nothing is told out of order.
_ADD: Final = """
WITH given AS (
    SELECT
        news.*,
        row_number() OVER (PARTITION BY news.subject ORDER BY news.place) + COALESCE((
            SELECT max(earlier.sequence) FROM payments.client_event AS earlier
            WHERE earlier.subject = news.subject
        ), 0) AS sequence
    FROM unnest(
        %(events)s::text[], %(clients)s::text[], %(payments)s::bigint[], %(subjects)s::text[],
        %(types)s::text[], %(payloads)s::jsonb[], %(instants)s::timestamptz[]
    ) WITH ORDINALITY
        AS news (event_id, client, payment_id, subject, type, payload, created_at, place)
), added AS (
    INSERT INTO payments.client_event (
        event_id, client, payment_id, subject, sequence, type, payload, created_at
    )
    SELECT
        event_id, client, payment_id, subject, sequence, type,
        payload || jsonb_build_object('order', sequence), created_at
    FROM given
    ORDER BY place
    RETURNING client_event_id, client, subject, sequence, type, created_at
)
INSERT INTO payments.webhook_delivery (
    endpoint_id, client_event_id, client, subject, sequence, due_since, next_at, parked_at,
    last_error
)
SELECT
    endpoint.endpoint_id, added.client_event_id, added.client, added.subject, added.sequence,
    added.created_at,
    CASE WHEN NOT behind.is_parked THEN added.created_at END,
    CASE WHEN behind.is_parked THEN added.created_at END,
    CASE WHEN behind.is_parked THEN %(behind)s ELSE '' END
FROM added
JOIN payments.webhook_endpoint AS endpoint
    ON endpoint.client = added.client AND endpoint.deleted_at IS NULL
    AND (endpoint.types = '{}' OR added.type = ANY(endpoint.types))
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM payments.webhook_delivery AS earlier
        WHERE earlier.endpoint_id = endpoint.endpoint_id AND earlier.subject = added.subject
            AND earlier.parked_at IS NOT NULL
    ) AS is_parked
) AS behind
"""
_BEHIND: Final = "comes after an event that was given up on"

# What is about an endpoint is told there, or at the client's others.
_ADD_OF_ENDPOINT: Final = """
WITH added AS (
    INSERT INTO payments.client_event (
        event_id, client, subject, sequence, type, payload, created_at
    )
    SELECT %(event)s, %(client)s, %(subject)s, next.sequence, %(type)s,
        %(payload)s::jsonb || jsonb_build_object('order', next.sequence), %(now)s
    FROM (
        SELECT COALESCE(max(sequence), 0) + 1 AS sequence FROM payments.client_event
        WHERE subject = %(subject)s
    ) AS next
    RETURNING client_event_id, client, subject, sequence, type, created_at
), told AS (
    INSERT INTO payments.webhook_delivery (
        endpoint_id, client_event_id, client, subject, sequence, due_since, next_at
    )
    SELECT
        endpoint.endpoint_id, added.client_event_id, added.client, added.subject, added.sequence,
        added.created_at, added.created_at
    FROM added
    JOIN payments.webhook_endpoint AS endpoint
        ON endpoint.client = added.client AND endpoint.deleted_at IS NULL
        AND (endpoint.endpoint_id = added.subject) = %(is_told_there)s
        AND (%(is_told_there)s OR endpoint.types = '{}' OR added.type = ANY(endpoint.types))
)
SELECT client_event_id FROM added
"""


class Order(enum.StrEnum):
    """Which way a list runs: as events came to be, or the newest first."""

    ASC = "asc"
    DESC = "desc"


@dataclass(frozen=True, slots=True)
class WantedEvents:
    """Which events of a client to list; None asks for all. `past` is where the page before ended.

    `until` itself is outside.
    """

    client: str
    types: Collection[EventType] = ()
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    order: Order = Order.DESC
    past: ClientEvent | None = None


def add_client_events(tx: Tx, news: Sequence[ClientNews]) -> None:
    """Keep one event per news of a client's payment, in the order given, due at once.

    The payments are locked, or opened in this transaction. Nothing is asked of the database when
    all of them are citizens' own.
    """
    told = [each for each in news if has_events(each.payment.client)]
    if not told:
        return
    tx.exec_driver_sql(
        _ADD,
        {
            "events": [
                event_id_of(each.type, subject=each.payment.number, cause=each.cause)
                for each in told
            ],
            "clients": [each.payment.client for each in told],
            "payments": [each.payment.payment_id for each in told],
            "subjects": [each.payment.number for each in told],
            "types": [each.type.value for each in told],
            "payloads": [json.dumps(payload_of(each)) for each in told],
            "instants": [each.happened_at for each in told],
            "behind": _BEHIND,
        },
    )


def add_endpoint_event(
    tx: Tx,
    type_: EventType,
    *,
    client: str,
    endpoint_id: str,
    now: datetime,
    cause: str,
    is_told_there: bool,
) -> str:
    """Keep an event about an endpoint, locked by the caller, and return its id.

    It is due at that endpoint alone, or at the client's others.
    """
    payload = envelope(
        type_,
        subject=endpoint_id,
        cause=cause,
        at=now,
        data={"endpoint": endpoint_id, "at": vietnam_text(now)},
    )
    tx.exec_driver_sql(
        _ADD_OF_ENDPOINT,
        {
            "event": payload["id"],
            "client": client,
            "subject": endpoint_id,
            "type": type_.value,
            "payload": json.dumps(payload),
            "now": now,
            "is_told_there": is_told_there,
        },
    ).one()
    return str(payload["id"])


def waiting_pings(tx: Tx, endpoint_id: str) -> int:
    """Return how many pings an endpoint is still to be told: what is told there of itself."""
    found = tx.execute(
        select(func.count()).where(
            webhook_delivery.c.endpoint_id == endpoint_id,
            webhook_delivery.c.subject == endpoint_id,
            webhook_delivery.c.next_at.is_not(None),
        )
    )
    return int(found.scalar_one())


def event_of(tx: Tx, event_id: str, *, client: str) -> ClientEvent | None:
    """Return one event of a client, None when it is not there or another's."""
    row = tx.execute(select(t).where(t.c.event_id == event_id, t.c.client == client)).one_or_none()
    return None if row is None else _event(row)


def list_events(tx: Tx, wanted: WantedEvents, *, limit_max: int) -> list[ClientEvent]:
    """Return events of a client.

    In ascending order one is listed once nothing that belongs before it can still come, which is
    when all transactions that were at work with its own are over: who reads on from the last one
    read misses nothing.
    """
    place = tuple_(t.c.added_in, t.c.client_event_id)
    conditions = _conditions(wanted)
    is_ascending = wanted.order is Order.ASC
    if is_ascending:
        conditions.append(_IS_COMPLETE)
    if wanted.past is not None:
        past = tuple_(wanted.past.added_in, wanted.past.client_event_id)
        conditions.append(place > past if is_ascending else place < past)
    columns = (t.c.added_in, t.c.client_event_id)
    found = tx.execute(
        select(t)
        .where(*conditions)
        .order_by(*(columns if is_ascending else (each.desc() for each in columns)))
        .limit(limit_max)
    )
    return [_event(row) for row in found]


def _snapshot(end: str) -> ColumnElement[int]:
    """Return one end of what this statement sees, in the numbers of transactions."""
    ends = {"xmin": func.pg_snapshot_xmin, "xmax": func.pg_snapshot_xmax}
    return cast(cast(ends[end](func.pg_current_snapshot()), Text), BigInteger)


# A number ahead of all transactions was kept in another life of the database, so it is over too.
_IS_COMPLETE: Final = or_(t.c.added_in < _snapshot("xmin"), t.c.added_in >= _snapshot("xmax"))


def _conditions(wanted: WantedEvents) -> list[ColumnElement[bool]]:
    found = [t.c.client == wanted.client]
    if wanted.types:
        found.append(t.c.type.in_([each.value for each in wanted.types]))
    if wanted.subject is not None:
        found.append(t.c.subject == wanted.subject)
    if wanted.since is not None:
        found.append(t.c.created_at >= wanted.since)
    if wanted.until is not None:
        found.append(t.c.created_at < wanted.until)
    return found


def _event(row: Row[Any]) -> ClientEvent:
    return ClientEvent(
        client_event_id=int(row.client_event_id),
        event_id=str(row.event_id),
        client=str(row.client),
        subject=str(row.subject),
        sequence=int(row.sequence),
        type=EventType(row.type),
        payload=row.payload,
        created_at=row.created_at,
        added_in=int(row.added_in),
    )
