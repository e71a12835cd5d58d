"""What tests of clients begin with: a portal with an address, payments of its own, a far side."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from ledger.postgres.transaction import OpenTx, Tx
from payments.add_endpoint import NewEndpoint, add_endpoint
from payments.client_event import ClientEvent, EventType
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.personal_data import PersonalDataKeys
from payments.postgres.client_event_rows import Order, WantedEvents, list_events
from payments.postgres.delivery_rows import Try
from payments.postgres.endpoint_rows import claim_endpoints
from payments.tell_client import Call, ToldClient, tell_client
from payments.tell_plan import TellPlan
from payments.webhook_endpoint import DrawnSecret, Endpoint, seal_secret
from tests.payments.scene import KEYS, NOW, RATES, TODAY, order_of, owe

PORTAL = "portal"
HASTY = TellPlan(first=timedelta(hours=1), interval_max=timedelta(hours=6))

_drawn = count(1)


@dataclass
class FarSide:
    """An address that answers as told: `answers` by event type or for all, 200 otherwise."""

    status: int | None = 200
    duration_ms: int = 20
    by_event: dict[str, int] = field(default_factory=dict[str, int])
    calls: list[Call] = field(default_factory=list[Call])
    taken: list[str] = field(default_factory=list[str])
    at: datetime = NOW

    def send(self, call: Call) -> Try:
        """Remember the call and answer."""
        self.calls.append(call)
        status = self.by_event.get(str(call.payload["type"]), self.status)
        is_taken = status is not None and status < 300
        self.taken += [call.event_id] * is_taken
        error = "" if is_taken else "no answer in time" if status is None else f"HTTP {status}"
        return Try(self.at, is_taken, status, error, self.duration_ms)

    @property
    def heard(self) -> list[tuple[str, object]]:
        """Return the type and order number of what arrived."""
        return [(str(call.payload["type"]), call.payload["order"]) for call in self.calls]


def added(
    tx: Tx,
    *,
    client: str = PORTAL,
    types: Iterable[EventType] = (),
    is_enabled: bool = True,
    now: datetime = NOW,
) -> Endpoint:
    """Add an address of a client."""
    number = next(_drawn)
    endpoint_id = f"we_{number:024x}"
    new = NewEndpoint(
        endpoint_id=endpoint_id,
        client=client,
        url="https://hooks.example.vn/clearing",
        types=tuple(types),
        description="",
        is_enabled=is_enabled,
    )
    return add_endpoint(
        tx, new, seal_secret(KEYS, drawn(), endpoint_id=endpoint_id), is_sandbox=False, now=now
    )


def added_for(
    tx: Tx,
    keys: PersonalDataKeys,
    *,
    url: str = "",
    path: str = "",
    now: datetime = NOW,
    is_sandbox: bool = True,
) -> Endpoint:
    """Add an address of the portal whose secret is sealed with these keys."""
    endpoint_id = f"we_{next(_drawn):024x}"
    new = NewEndpoint(
        endpoint_id=endpoint_id,
        client=PORTAL,
        url=url or f"https://hooks.example.vn/{path}",
        types=(),
        description="",
        is_enabled=True,
    )
    secret = seal_secret(keys, drawn(), endpoint_id=endpoint_id)
    return add_endpoint(tx, new, secret, is_sandbox=is_sandbox, now=now)


def drawn() -> DrawnSecret:
    """Return a secret nobody had."""
    number = next(_drawn)
    return DrawnSecret(number.to_bytes(32, "big"), number.to_bytes(12, "big"), f"{number:x}")


def opened_by(tx: Tx, client: str = PORTAL, *, now: datetime = NOW) -> Payment:
    """Open a payment of a client."""
    order = replace(order_of(owe(tx)), client=client, metadata={"order": "A-17"})
    return open_payment(tx, order, rates=RATES, now=now, today=TODAY)


def events_of(tx: Tx, client: str = PORTAL) -> list[ClientEvent]:
    """Return what a client is told, by payment and in order."""
    found = list_events(tx, WantedEvents(client, order=Order.DESC), limit_max=1_000)
    return sorted(found, key=lambda event: (event.subject, event.sequence))


def told(
    open_tx: OpenTx, endpoint: Endpoint, far: FarSide, *, now: datetime, plan: TellPlan = HASTY
) -> ToldClient | None:
    """Tell one endpoint if it is its time; None when it is not."""
    far.at = now
    with open_tx() as tx:
        claimed = claim_endpoints(
            tx, now=now, lease_until=now + plan.lease, quick_max=8, slow_max=4
        )
    if endpoint.endpoint_id not in {endpoint_id for endpoint_id, _ in claimed}:
        return None
    return tell_client(
        open_tx, far.send, endpoint_id=endpoint.endpoint_id, keys=KEYS, now=now, plan=plan
    )
