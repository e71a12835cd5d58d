"""`clearing trigger`: make an event really happen in a sandbox, by the API and its far sides."""

import argparse
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from api.clock import now, vietnam_day
from api.far_side import Sandbox
from api.integrator import (
    DoorRefused,
    Integrator,
    in_one_line,
    integrator,
    open_integrator_client,
)
from api.listen_command import Pause, add_door
from api.sandbox import fine
from api.screen import show
from payments.client_event import EventType

FAR_SIDE: Final = "CLEARING_FAR_SIDE_URL"
WAIT_S_MAX: Final = 60
_PAYER_ADDRESS: Final = "127.0.0.1"
_FINE_VND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Making:
    """What makes an event happen: how far a payment goes, and what its gateway does then.

    `behaviour` is what becomes of the order at the simulated gateway, '' to leave it undecided.
    """

    is_started: bool = True
    behaviour: str = ""
    is_cancelled: bool = False


MADE: Final[Mapping[EventType, Making]] = MappingProxyType(
    {
        EventType.PAYMENT_CREATED: Making(is_started=False),
        EventType.PAYMENT_PENDING: Making(),
        EventType.PAYMENT_HELD: Making(behaviour="wrong_amount"),
        EventType.PAYMENT_PAID: Making(behaviour="paid"),
        EventType.PAYMENT_FAILED: Making(behaviour="declined"),
        EventType.PAYMENT_CANCEL_ASKED: Making(is_cancelled=True),
    }
)
"""What can be made to happen with a payment of one sample fine."""

_STAFF: Final = "two people of the staff decide on refunds: pay something, then see the console"
NOT_MADE: Final[Mapping[EventType, str]] = MappingProxyType(
    {
        EventType.PAYMENT_SETTLED: "its day must close: pay something, then `clearing close-day`",
        EventType.PAYMENT_UNKNOWN: "its gateway must give no answer until it can be asked no more",
        EventType.PAYMENT_EXPIRED: "it takes its time: trigger payment.created and wait until"
        " `expires_at`",
        EventType.PAYMENT_OVERPAID: "somebody must pay what is paid: the lock is there against it",
        EventType.PAYMENT_CORRECTED: "money must come for a payment that ended: trigger"
        " payment.pending, let it expire, then press Pay on the gateway's page",
        EventType.PAYMENT_REFUNDING: _STAFF,
        EventType.PAYMENT_RESUMED: _STAFF,
        EventType.PAYMENT_REFUNDED: _STAFF,
        EventType.REFUND_PROPOSED: "something must be due back: trigger payment.paid, cancel its"
        " decision (POST /v1/obligations/changes), then POST /v1/refunds",
        EventType.REFUND_APPROVED: _STAFF,
        EventType.REFUND_REJECTED: _STAFF,
        EventType.REFUND_SENT: _STAFF,
        EventType.REFUND_UNKNOWN: _STAFF,
        EventType.REFUND_DONE: _STAFF,
        EventType.REFUND_REFUSED: _STAFF,
        EventType.ACKNOWLEDGEMENT_REPLACED: _STAFF,
        EventType.ACKNOWLEDGEMENT_REVOKED: _STAFF,
        EventType.ENDPOINT_DISABLED: "answer a delivery of an endpoint with 410",
    }
)
"""Why the others are not made by a command, and how they come about."""


def add_trigger(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "make an event really happen in the sandbox: a fine is pushed, opened, started, paid"
    verb = add("trigger", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=in_one_line(run), needs_settings=True)
    verb.add_argument("event", nargs="?", metavar="EVENT", help="such as payment.paid; see --list")
    verb.add_argument("--list", action="store_true", help="every event, and why some are not made")
    verb.add_argument(
        "--authority",
        default="csgt",
        metavar="CODE",
        help="whose fine it is; the key must speak for it (default csgt)",
    )
    verb.add_argument(
        "--far-side", metavar="URL", help=f"the simulated far sides (default ${FAR_SIDE})"
    )
    add_door(verb)


def run(chosen: argparse.Namespace) -> int:
    """Make one event happen and print what came of it."""
    if chosen.list:
        for each in EventType:
            show(f"{each.value:28} {NOT_MADE.get(each, 'made')}")
        return 0
    wanted = _wanted(chosen.event)
    with open_integrator_client() as client:
        door = integrator(client, url=chosen.url, key=chosen.key)
        if wanted is EventType.PING:
            return ping(door)
        sandbox = Sandbox(client, _far_side(chosen.far_side))
        return make(door, sandbox, wanted, authority=chosen.authority, pause=time.sleep)


def make(
    door: Integrator, sandbox: Sandbox, wanted: EventType, *, authority: str, pause: Pause
) -> int:
    """Bring one payment where the event happens, wait for it, and return 1 when it does not."""
    making = MADE[wanted]
    payment = _opened(door, authority)
    number = str(payment["number"])
    show(f"payment {number} of {payment['amount_vnd']:,} dong is open")
    if making.is_started:
        body: dict[str, object] = {"gateway": "vnpay", "payer_address": _PAYER_ADDRESS}
        url = str(door.post(f"/v1/payments/{number}/attempts", body, once=_key())["url"])
        show("started at vnpay")
        if making.behaviour:
            sandbox.pay(url, behaviour=making.behaviour)
            show(f"the gateway's page was left: {making.behaviour}")
    if making.is_cancelled:
        door.post(f"/v1/payments/{number}/cancel", once=_key())
        show("cancelled")
    return _wait_for(door, wanted, number, pause)


def ping(door: Integrator) -> int:
    """Have every endpoint of the partner pinged, and return 1 when there is none."""
    endpoints = door.get("/v1/webhook-endpoints")["webhook_endpoints"]
    for endpoint in endpoints:
        door.post(f"/v1/webhook-endpoints/{endpoint['id']}/test", once=_key())
        show(f"{endpoint['id']} is pinged at {endpoint['url']}")
    if not endpoints:
        show("no webhook endpoint is registered: POST /v1/webhook-endpoints first")
    return 0 if endpoints else 1


def _wanted(event: str | None) -> EventType:
    try:
        wanted = EventType(event or "")
    except ValueError as problem:
        named = "which event is wanted" if event is None else f"{event!r} is no event"
        raise DoorRefused(f"{named}: clearing trigger --list shows them all") from problem
    if wanted in NOT_MADE:
        raise DoorRefused(f"{event} is not made by a command: {NOT_MADE[wanted]}")
    return wanted


def _far_side(url: str | None) -> str:
    found = url or os.environ.get(FAR_SIDE)
    if not found:
        raise DoorRefused(f"only a sandbox has far sides that do as they are told: {FAR_SIDE}")
    return found.rstrip("/")


def _opened(door: Integrator, authority: str) -> dict[str, Any]:
    """Return a payment of a new sample fine, pushed, looked up and opened as a portal does."""
    today = vietnam_day(now())
    number = f"TRIGGER-{secrets.token_hex(4).upper()}"
    plate = "30A-246.80"
    owed = fine(
        number=number,
        plate=plate,
        fine_vnd=_FINE_VND,
        issued_on=today - timedelta(days=3),
        received_on=today - timedelta(days=2),
    )
    item = {
        "kind": owed.kind,
        "number": owed.number,
        "decided_on": _text(owed.decided_on),
        "subject": owed.subject,
        "personal": dict(owed.personal),
        "facts": dict(owed.facts),
        "beneficiary": owed.beneficiary,
    }
    (pushed,) = door.post("/v1/obligations", {"authority": authority, "obligations": [item]})[
        "results"
    ]
    if pushed["outcome"] != "new":
        raise DoorRefused(f"the sample fine was not taken: {pushed}")
    asked = {"number": number, "subject": plate, "decided_on": _text(owed.decided_on)}
    found = door.post("/v1/look-ups", asked)
    body = {"obligations": [found["obligation"]], "shown_total_vnd": found["total_vnd"]}
    return door.post("/v1/payments", body, once=_key())


def _wait_for(door: Integrator, wanted: EventType, number: str, pause: Pause) -> int:
    for _ in range(WAIT_S_MAX):
        for event in door.get("/v1/events", payment=number, order="asc", limit=100)["events"]:
            if event["type"] == wanted:
                show(f"{wanted.value}  {event['id']}")
                return 0
        pause(1)
    show(f"{wanted.value} did not come within {WAIT_S_MAX} s; GET /v1/payments/{number} says more")
    return 1


def _key() -> str:
    return secrets.token_urlsafe(16)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
