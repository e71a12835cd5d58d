"""Tell a client again what it was told, or what was given up on."""

from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.errors import NotFound, StepRefused
from payments.postgres import client_event_rows, endpoint_delivery_rows, endpoint_rows
from payments.webhook_endpoint import ReplaySpan

REPLAYED_MAX: Final = 10_000
WAITING_MAX: Final = 10_000


def replay_client_events(tx: Tx, wanted: str | ReplaySpan, *, client: str, now: datetime) -> int:
    """Make events due now and return how many: one by its id, or those of a span of time.

    One is told wherever it was to be told. Of a span at most `REPLAYED_MAX` are, the oldest, and
    also those that came to be before the endpoint. Each payment's events are told in order, so
    what was given up on before one goes with it. What was taken in stays so.

    Raises:
        NotFound: the client has no such event or endpoint.
        StepRefused: a span is wanted while `WAITING_MAX` events wait at its endpoint.
    """
    if isinstance(wanted, str):
        event = client_event_rows.event_of(tx, wanted, client=client)
        if event is None:
            raise NotFound(wanted)
        return endpoint_delivery_rows.replay_event(
            tx, event.client_event_id, client=client, now=now
        )
    if endpoint_rows.lock_endpoint(tx, wanted.endpoint_id, client=client) is None:
        raise NotFound(wanted.endpoint_id)
    behind = endpoint_delivery_rows.backlogs(tx, [wanted.endpoint_id]).get(wanted.endpoint_id)
    if behind is not None and behind.waiting >= WAITING_MAX:
        raise StepRefused(machine="endpoint", state=f"{WAITING_MAX}_events_waiting", step="replay")
    return endpoint_delivery_rows.replay_span(
        tx,
        wanted.endpoint_id,
        since=wanted.since,
        until=wanted.until,
        parked_only=wanted.parked_only,
        now=now,
        events_max=REPLAYED_MAX,
    )
