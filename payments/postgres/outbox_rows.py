"""What authorities are to be told, in order, until they have it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.postgres.transaction import Tx
from payments.event import Change, Event, Reckoned, Returned, event_id_of, payload_of
from payments.postgres.columns import json_list

# The obligation's row is locked by whoever adds its event, so no number is drawn twice.
_ADD: Final = """
WITH heard AS (
    SELECT change.*
    FROM ROWS FROM (
        unnest(
            %(events)s::text[], %(subscribers)s::text[], %(obligations)s::bigint[],
            %(types)s::text[]
        ),
        jsonb_array_elements(%(payloads)s::jsonb)
    ) WITH ORDINALITY AS change (event_id, subscriber, obligation_id, type, payload, place)
), told AS (
    SELECT * FROM heard
    UNION ALL
    -- Whoever ordered this from its own system hears of it too, under an event of its own.
    SELECT
        'evt_' || left(
            encode(sha256(convert_to(heard.event_id || '/' || ordered.agency, 'UTF8')), 'hex'), 32
        ),
        ordered.agency, heard.obligation_id, heard.type, heard.payload, heard.place
    FROM heard
    JOIN LATERAL (
        SELECT DISTINCT agency_order.agency FROM payments.agency_order
        WHERE agency_order.obligation_id = heard.obligation_id
            AND agency_order.agency <> heard.subscriber
    ) AS ordered ON true
), given AS (
    SELECT
        told.event_id, told.subscriber, told.obligation_id, told.type, told.payload,
        row_number() OVER (
            PARTITION BY told.subscriber, told.obligation_id ORDER BY told.place
        ) + COALESCE((
            SELECT max(outbox.sequence) FROM payments.outbox
            WHERE outbox.subscriber = told.subscriber
                AND outbox.obligation_id = told.obligation_id
        ), 0) AS sequence
    FROM told
)
INSERT INTO payments.outbox (
    event_id, subscriber, obligation_id, sequence, type, payload, created_at, next_at, attempts,
    last_error
)
SELECT
    event_id, subscriber, obligation_id, sequence, type,
    payload || jsonb_build_object('id', event_id, 'order', sequence), %(now)s, %(now)s, 0, ''
FROM given
ORDER BY obligation_id, sequence
"""

# An event waits for those before it, parked ones too; what is sent now is put off first.
# Chosen in WITH, once: a subquery may be run again per row of a nested loop and pass its limit.
_CLAIM: Final = """
WITH due AS MATERIALIZED (
    SELECT waiting.outbox_id FROM payments.outbox AS waiting
    WHERE waiting.next_at <= %(now)s
        AND NOT EXISTS (
            SELECT FROM payments.outbox AS earlier
            WHERE earlier.subscriber = waiting.subscriber
                AND earlier.obligation_id = waiting.obligation_id
                AND earlier.sequence < waiting.sequence
                AND (earlier.delivered_at IS NULL OR earlier.again_at IS NOT NULL)
        )
    ORDER BY waiting.next_at, waiting.outbox_id
    LIMIT %(events_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.outbox SET next_at = %(lease_until)s
FROM due
WHERE outbox.outbox_id = due.outbox_id
RETURNING outbox.*
"""

# What is told again stays delivered, and waits for those before it that are told again too.
_CLAIM_AGAIN: Final = """
WITH due AS MATERIALIZED (
    SELECT waiting.outbox_id FROM payments.outbox AS waiting
    WHERE waiting.again_at <= %(now)s
        AND NOT EXISTS (
            SELECT FROM payments.outbox AS earlier
            WHERE earlier.subscriber = waiting.subscriber
                AND earlier.obligation_id = waiting.obligation_id
                AND earlier.sequence < waiting.sequence
                AND (earlier.delivered_at IS NULL OR earlier.again_at IS NOT NULL)
        )
    ORDER BY waiting.again_at, waiting.outbox_id
    LIMIT %(events_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.outbox SET again_at = %(lease_until)s
FROM due
WHERE outbox.outbox_id = due.outbox_id
RETURNING outbox.*
"""

# The instant something was first taken in stays, however often it is told again.
_DELIVERED: Final = """
UPDATE payments.outbox
SET delivered_at = COALESCE(delivered_at, %(now)s), next_at = NULL, again_at = NULL,
    parked_at = NULL, attempts = attempts + 1, last_error = ''
WHERE event_id = ANY(%(events)s::text[]) AND (delivered_at IS NULL OR again_at IS NOT NULL)
"""

_REFUSED: Final = """
UPDATE payments.outbox
SET next_at = CASE WHEN outbox.next_at IS NOT NULL THEN refused.next_at END,
    again_at = CASE WHEN outbox.again_at IS NOT NULL THEN refused.next_at END,
    attempts = outbox.attempts + 1, last_error = refused.error
FROM unnest(%(events)s::text[], %(instants)s::timestamptz[], %(errors)s::text[])
    AS refused (event_id, next_at, error)
WHERE outbox.event_id = refused.event_id
    AND (outbox.next_at IS NOT NULL OR outbox.again_at IS NOT NULL)
"""

_PUT_OFF: Final = """
UPDATE payments.outbox
SET next_at = CASE WHEN next_at IS NOT NULL THEN %(until)s END,
    again_at = CASE WHEN again_at IS NOT NULL THEN %(until)s END
WHERE event_id = ANY(%(events)s::text[]) AND (next_at IS NOT NULL OR again_at IS NOT NULL)
"""

_GIVE_UP_AGAIN: Final = """
UPDATE payments.outbox
SET again_at = NULL, attempts = outbox.attempts + 1, last_error = given_up.error
FROM unnest(%(events)s::text[], %(errors)s::text[]) AS given_up (event_id, error)
WHERE outbox.event_id = given_up.event_id AND outbox.again_at IS NOT NULL
RETURNING outbox.event_id
"""

# What comes after a parked event of the same obligation would wait for it for ever.
_PARK: Final = """
UPDATE payments.outbox
SET next_at = NULL, parked_at = %(now)s,
    attempts = outbox.attempts + (outbox.event_id = given_up.event_id)::integer,
    last_error = given_up.error
FROM unnest(
    %(events)s::text[], %(subscribers)s::text[], %(obligations)s::bigint[],
    %(sequences)s::integer[], %(errors)s::text[]
) AS given_up (event_id, subscriber, obligation_id, sequence, error)
WHERE outbox.subscriber = given_up.subscriber
    AND outbox.obligation_id = given_up.obligation_id
    AND outbox.sequence >= given_up.sequence
    AND outbox.next_at IS NOT NULL
"""

_ONE: Final = """
WITH chosen AS MATERIALIZED (
    SELECT outbox_id, obligation_id, sequence FROM payments.outbox
    WHERE subscriber = %(subscriber)s AND event_id = %(event)s
)
"""
_PARKED: Final = """
WITH chosen AS MATERIALIZED (
    SELECT outbox_id, obligation_id, sequence FROM payments.outbox
    WHERE subscriber = %(subscriber)s AND delivered_at IS NULL AND parked_at IS NOT NULL
        AND created_at >= %(since)s AND created_at < %(until)s
    ORDER BY created_at, outbox_id
    LIMIT %(events_max)s
)
"""
_SPAN: Final = """
WITH chosen AS MATERIALIZED (
    SELECT outbox_id, obligation_id, sequence FROM payments.outbox
    WHERE subscriber = %(subscriber)s AND created_at >= %(since)s AND created_at < %(until)s
    ORDER BY created_at, outbox_id
    LIMIT %(events_max)s
)
"""
# What stands before a chosen event and was given up on goes too: it would hold it up for ever.
_REPLAY: Final = """
, again AS (
    SELECT outbox_id FROM chosen
    UNION
    SELECT earlier.outbox_id
    FROM chosen
    JOIN payments.outbox AS earlier
        ON earlier.subscriber = %(subscriber)s
        AND earlier.obligation_id = chosen.obligation_id
        AND earlier.sequence < chosen.sequence
        AND earlier.parked_at IS NOT NULL
)
UPDATE payments.outbox
SET next_at = CASE WHEN delivered_at IS NULL THEN LEAST(next_at, %(now)s) END,
    again_at = CASE WHEN delivered_at IS NOT NULL THEN LEAST(again_at, %(now)s) END,
    parked_at = NULL,
    attempts = CASE WHEN next_at IS NULL AND again_at IS NULL THEN 0 ELSE attempts END
FROM again
WHERE outbox.outbox_id = again.outbox_id
"""

# Rows somebody is at work on are left to them.
_HURRY: Final = """
WITH waiting AS MATERIALIZED (
    SELECT outbox_id FROM payments.outbox
    WHERE subscriber = ANY(%(subscribers)s::text[]) AND delivered_at IS NULL
        AND next_at > %(now)s
    ORDER BY subscriber, created_at, outbox_id
    LIMIT %(events_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE payments.outbox SET next_at = %(now)s
FROM waiting
WHERE outbox.outbox_id = waiting.outbox_id
"""


def add_events(tx: Tx, changes: Sequence[Change | Reckoned | Returned], *, now: datetime) -> None:
    """Keep one event per change, due at once, numbered after those before it."""
    if not changes:
        return
    tx.exec_driver_sql(
        _ADD,
        {
            "events": [event_id_of(change) for change in changes],
            "subscribers": [change.subscriber for change in changes],
            "obligations": [change.obligation_id for change in changes],
            "types": [change.type for change in changes],
            "payloads": json_list(payload_of(change) for change in changes),
            "now": now,
        },
    )


def claim_due(tx: Tx, *, now: datetime, lease_until: datetime, events_max: int) -> list[Event]:
    """Return events it is time to send, oldest first, put off until the lease ends.

    What is to be told again comes after what was never taken in.
    """
    claimed: list[Event] = []
    for claim in (_CLAIM, _CLAIM_AGAIN):
        rows = tx.exec_driver_sql(
            claim,
            {"now": now, "lease_until": lease_until, "events_max": events_max - len(claimed)},
        )
        claimed += sorted(
            (_event(row) for row in rows), key=lambda event: (event.created_at, event.event_id)
        )
    return claimed


def keep_delivered(tx: Tx, events: Sequence[Event], *, now: datetime) -> None:
    """Keep that these events were taken in."""
    if events:
        tx.exec_driver_sql(_DELIVERED, {"events": _ids(events), "now": now})


def keep_refused(tx: Tx, refused: Sequence[tuple[Event, str, datetime]]) -> None:
    """Keep that these events were not taken in, why, and when to send them again."""
    if refused:
        tx.exec_driver_sql(
            _REFUSED,
            {
                "events": [event.event_id for event, _, _ in refused],
                "errors": [error for _, error, _ in refused],
                "instants": [instant for _, _, instant in refused],
            },
        )


def put_off(tx: Tx, events: Sequence[Event], *, until: datetime) -> None:
    """Let claimed events wait that were not sent after all."""
    if events:
        tx.exec_driver_sql(_PUT_OFF, {"events": _ids(events), "until": until})


def park(tx: Tx, given_up: Sequence[tuple[Event, str]], *, now: datetime) -> int:
    """Send these events and those that wait behind them no more; return how many.

    What had been taken in before, and was to be told again, is not told again and holds up nothing.
    """
    if not given_up:
        return 0
    told_before = tx.exec_driver_sql(
        _GIVE_UP_AGAIN,
        {
            "events": [event.event_id for event, _ in given_up],
            "errors": [error for _, error in given_up],
        },
    )
    again = {str(row.event_id) for row in told_before}
    rest = [(event, error) for event, error in given_up if event.event_id not in again]
    return tx.exec_driver_sql(
        _PARK,
        {
            "events": [event.event_id for event, _ in rest],
            "subscribers": [event.subscriber for event, _ in rest],
            "obligations": [event.obligation_id for event, _ in rest],
            "sequences": [event.sequence for event, _ in rest],
            "errors": [error for _, error in rest],
            "now": now,
        },
    ).rowcount


def replay_one(tx: Tx, *, subscriber: str, event_id: str, now: datetime) -> int:
    """Make one event due now, with what is parked before it; return how many, 0 when not there."""
    return tx.exec_driver_sql(
        _ONE + _REPLAY, {"subscriber": subscriber, "event": event_id, "now": now}
    ).rowcount


def replay_span(
    tx: Tx,
    *,
    subscriber: str,
    parked_only: bool,
    since: datetime,
    until: datetime,
    now: datetime,
    events_max: int,
) -> int:
    """Make the oldest events of a time span due now, with what is parked before; return how many.

    `until` itself is outside.
    """
    return tx.exec_driver_sql(
        (_PARKED if parked_only else _SPAN) + _REPLAY,
        {
            "subscriber": subscriber,
            "since": since,
            "until": until,
            "now": now,
            "events_max": events_max,
        },
    ).rowcount


def hurry(tx: Tx, subscribers: Collection[str], *, now: datetime, events_max: int) -> None:
    """Make what waits for these subscribers due now instead of later, the oldest first."""
    if subscribers:
        tx.exec_driver_sql(
            _HURRY, {"subscribers": sorted(subscribers), "now": now, "events_max": events_max}
        )


def _ids(events: Sequence[Event]) -> list[str]:
    return [event.event_id for event in events]


def _event(row: Row[Any]) -> Event:
    return Event(
        event_id=str(row.event_id),
        subscriber=str(row.subscriber),
        obligation_id=int(row.obligation_id),
        sequence=int(row.sequence),
        type=str(row.type),
        payload=row.payload,
        created_at=row.created_at,
        attempts=int(row.attempts),
    )
