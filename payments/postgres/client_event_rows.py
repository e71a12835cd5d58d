"""What clients are told, kept beside what it tells of, and due at each of their addresses."""

import json
from collections.abc import Sequence
from typing import Final

from ledger.postgres.transaction import Tx
from payments.client_event import ClientNews, event_id_of, has_events, payload_of

# The payment's row is locked by whoever adds its event, so no number is drawn twice.
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
    endpoint_id, client_event_id, client, subject, sequence, due_since, next_at
)
SELECT
    endpoint.endpoint_id, added.client_event_id, added.client, added.subject, added.sequence,
    added.created_at, added.created_at
FROM added
JOIN payments.webhook_endpoint AS endpoint
    ON endpoint.client = added.client AND endpoint.deleted_at IS NULL
    AND (endpoint.types = '{}' OR added.type = ANY(endpoint.types))
"""


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
        },
    )
