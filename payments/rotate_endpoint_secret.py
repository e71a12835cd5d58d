"""Give an address a new secret; the one before signs beside it for a while."""

from datetime import datetime, timedelta

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.postgres import endpoint_rows
from payments.webhook_endpoint import OVERLAP_MAX, SealedSecret


def rotate_endpoint_secret(
    tx: Tx,
    endpoint_id: str,
    secret: SealedSecret,
    *,
    client: str,
    overlap: timedelta,
    now: datetime,
) -> datetime:
    """Keep the new secret and return until when the one before signs too.

    Whatever signed beside that one ends at once.

    Raises:
        NotFound: the client has no such endpoint.
    """
    assert timedelta(0) <= overlap <= OVERLAP_MAX, overlap
    if endpoint_rows.lock_endpoint(tx, endpoint_id, client=client) is None:
        raise NotFound(endpoint_id)
    until = now + overlap
    endpoint_rows.add_secret(tx, endpoint_id, secret, now=now, overlap_until=until)
    return until
