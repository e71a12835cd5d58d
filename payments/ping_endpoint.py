"""Send an address a ping, to see that it hears and verifies."""

from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.client_event import EventType
from payments.errors import NotFound, StepRefused
from payments.postgres import client_event_rows, endpoint_rows

PINGS_MAX: Final = 10


def ping_endpoint(tx: Tx, endpoint_id: str, *, client: str, cause: str, now: datetime) -> str:
    """Make a ping due at one endpoint and return its event's id; `cause` is freshly drawn.

    Raises:
        NotFound: the client has no such endpoint.
        StepRefused: `PINGS_MAX` pings wait there.
    """
    if endpoint_rows.lock_endpoint(tx, endpoint_id, client=client) is None:
        raise NotFound(endpoint_id)
    if client_event_rows.waiting_pings(tx, endpoint_id) >= PINGS_MAX:
        raise StepRefused(machine="endpoint", state=f"{PINGS_MAX}_pings_waiting", step="ping")
    return client_event_rows.add_endpoint_event(
        tx,
        EventType.PING,
        client=client,
        endpoint_id=endpoint_id,
        now=now,
        cause=cause,
        is_told_there=True,
    )
