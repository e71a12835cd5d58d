"""What authorities are to be told, in order, until they have it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from ledger.postgres.transaction import Tx
from payments.event import Change, Event, event_id_of, payload_of

# The obligation's row is locked by whoever adds its event, so no number is drawn twice.
_ADD: Final = """
WITH given AS (
    SELECT
        change.event_id, change.subscriber, change.obligation_id, change.type, change.payload,
        row_number() OVER (
            PARTITION BY change.subscriber, change.obligation_id ORDER BY change.place
        ) + COALESCE((
            SELECT max(outbox.sequence) FROM payments.outbox
            WHERE outbox.subscriber = change.subscriber
                AND outbox.obligation_id = change.obligation_id
        ), 0) AS sequence
    FROM unnest(
        %(events)s::text[], %(subscribers)s::text[], %(obligations)s::bigint[],
        %(types)s::text[], %(payloads)s::jsonb[]
    ) WITH ORDINALITY AS change (event_id, subscriber, obligation_id, type, payload, place)
)
INSERT INTO payments.outbox (
    event_id, subscriber, obligation_id, sequence, type, payload, created_at, next_at, attempts,
    last_error
)
SELECT
    event_id, subscriber, obligation_id, sequence, type,
    payload || jsonb_build_object('order', sequence), %(now)s, %(now)s, 0, ''
FROM given
ORDER BY obligation_id, sequence
"""


def add_events(tx: Tx, changes: Sequence[Change], *, now: datetime) -> None:
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
            "payloads": [json.dumps(payload_of(change)) for change in changes],
            "now": now,
        },
    )


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
