"""Add an address a client is told at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.client_event import EventType
from payments.errors import InputRefused
from payments.postgres import endpoint_rows
from payments.webhook_address import webhook_address
from payments.webhook_endpoint import DISABLED_BY_CLIENT, ENDPOINTS_MAX, Endpoint, SealedSecret


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What a client wants; no `types` means all. `endpoint_id` is freshly drawn."""

    endpoint_id: str
    client: str
    url: str
    types: Collection[EventType]
    description: str
    is_enabled: bool


def add_endpoint(
    tx: Tx, new: NewEndpoint, secret: SealedSecret, *, is_sandbox: bool, now: datetime
) -> Endpoint:
    """Keep a new endpoint with its secret and return it; what happens from now on is told there.

    Raises:
        InputRefused: the address is not a public one, or the client has all it may.
    """
    webhook_address(new.url, is_sandbox=is_sandbox)
    endpoint = Endpoint(
        endpoint_id=new.endpoint_id,
        client=new.client,
        url=new.url,
        types=tuple(sorted(set(new.types))),
        description=new.description,
        is_enabled=new.is_enabled,
        disabled_reason="" if new.is_enabled else DISABLED_BY_CLIENT,
        disabled_at=None if new.is_enabled else now,
        created_at=now,
        changed_at=now,
    )
    if not endpoint_rows.insert_endpoint(tx, endpoint):
        raise InputRefused(field="url", reason=f"has {ENDPOINTS_MAX} addresses already")
    endpoint_rows.add_secret(tx, new.endpoint_id, secret, now=now, overlap_until=now)
    return endpoint
