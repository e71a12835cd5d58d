"""Remove an address a client is told at."""

from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.postgres import endpoint_rows


def remove_endpoint(tx: Tx, endpoint_id: str, *, client: str, now: datetime) -> None:
    """Tell nothing there any more, and forget its secrets.

    Raises:
        NotFound: the client has no such endpoint.
    """
    if endpoint_rows.lock_endpoint(tx, endpoint_id, client=client) is None:
        raise NotFound(endpoint_id)
    endpoint_rows.delete_endpoint(tx, endpoint_id, now=now)
