"""Change an address a client is told at, or enable or disable it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.client_event import EventType
from payments.errors import NotFound
from payments.postgres import endpoint_delivery_rows, endpoint_rows
from payments.tell_plan import USUAL, TellPlan
from payments.webhook_address import webhook_address
from payments.webhook_endpoint import DISABLED_BY_CLIENT, Endpoint


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What becomes otherwise; None stays as it is."""

    url: str | None = None
    types: Collection[EventType] | None = None
    description: str | None = None
    is_enabled: bool | None = None


def change_endpoint(
    tx: Tx,
    endpoint_id: str,
    change: EndpointChange,
    *,
    client: str,
    is_sandbox: bool,
    now: datetime,
    plan: TellPlan = USUAL,
) -> Endpoint:
    """Keep the change and return the endpoint.

    What came to be while it was disabled is told once it is enabled; what is older than `plan`
    tries for is given up on and waits for a replay.

    Raises:
        NotFound: the client has no such endpoint.
        InputRefused: the address is not a public one.
    """
    before = endpoint_rows.lock_endpoint(tx, endpoint_id, client=client)
    if before is None:
        raise NotFound(endpoint_id)
    if change.url is not None:
        webhook_address(change.url, is_sandbox=is_sandbox)
    after = replace(
        before,
        url=before.url if change.url is None else change.url,
        types=before.types if change.types is None else tuple(sorted(set(change.types))),
        description=before.description if change.description is None else change.description,
        changed_at=now,
    )
    if change.is_enabled is not None and change.is_enabled != before.is_enabled:
        after = _turned(after, is_enabled=change.is_enabled, now=now)
    endpoint_rows.keep_endpoint(tx, after)
    if after.is_enabled and not before.is_enabled:
        endpoint_delivery_rows.park_old(
            tx,
            endpoint_id,
            since=now - plan.give_up_after,
            error="came to be long before the address was enabled again",
            now=now,
        )
    return after


def _turned(endpoint: Endpoint, *, is_enabled: bool, now: datetime) -> Endpoint:
    return replace(
        endpoint,
        is_enabled=is_enabled,
        disabled_reason="" if is_enabled else DISABLED_BY_CLIENT,
        disabled_at=None if is_enabled else now,
        failures=0,
        failing_since=None,
    )
