"""`clearing trigger`: make an event really happen in a sandbox, by the API and its far sides."""

import argparse
import os
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

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
UNTIL_IT_IS_OVER_S_MAX: Final = 1_200
"""How long to wait for what comes once the time of a payment is over."""

_PAYER_ADDRESS: Final = "127.0.0.1"
_FINE_VND: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Making:
    """What makes an event happen: how far a payment goes, and what its gateway does then.

    `behaviour` is what becomes of the order at the simulated gateway, '' to leave it undecided.
    `is_paid_again` has the fine paid by a second payment, once the first one failed.
    """

    is_started: bool = True
    behaviour: str = ""
    is_cancelled: bool = False
    is_paid_again: bool = False
    wait_s_max: int = WAIT_S_MAX


MADE: Final[Mapping[EventType, Making]] = MappingProxyType(
    {
        EventType.PAYMENT_CREATED: Making(is_started=False),
        EventType.PAYMENT_PENDING: Making(),
        EventType.PAYMENT_UNKNOWN: Making(
            behaviour="reversed_04", wait_s_max=UNTIL_IT_IS_OVER_S_MAX
        ),
        EventType.PAYMENT_HELD: Making(behaviour="wrong_amount"),
        EventType.PAYMENT_PAID: Making(behaviour="paid"),
        EventType.PAYMENT_FAILED: Making(behaviour="declined"),
        EventType.PAYMENT_EXPIRED: Making(is_started=False, wait_s_max=UNTIL_IT_IS_OVER_S_MAX),
        EventType.PAYMENT_OVERPAID: Making(behaviour="declined_then_paid", is_paid_again=True),
        EventType.PAYMENT_CANCEL_ASKED: Making(is_cancelled=True),
        EventType.PAYMENT_CORRECTED: Making(behaviour="declined_then_paid"),
        EventType.REFUND_PROPOSED: Making(behaviour="declined_then_paid", is_paid_again=True),
    }
)
"""What can be made to happen with a payment of one sample fine."""

_STAFF: Final = "a person of the staff decides: trigger refund.proposed, then see the console"
_GIVEN_BACK: Final = (
    "what was paid must be due back: trigger payment.paid, cancel or lower its decision"
    " (POST /v1/obligations/changes), then see the console"
)
NOT_MADE: Final[Mapping[EventType, str]] = MappingProxyType(
    {
        EventType.PAYMENT_SETTLED: "its day must close: pay something, then `clearing close-day`",
        EventType.PAYMENT_REFUNDING: _STAFF,
        EventType.PAYMENT_RESUMED: _GIVEN_BACK,
        EventType.PAYMENT_REFUNDED: _STAFF,
        EventType.REFUND_APPROVED: _STAFF,
        EventType.REFUND_REJECTED: _STAFF,
        EventType.REFUND_SENT: _STAFF,
        EventType.REFUND_ACCEPTED: _STAFF,
        EventType.REFUND_UNKNOWN: f"{_STAFF}, the far side told before with"
        ' POST /simulator/vnpay/plan {"refund": "answer_lost"}',
        EventType.REFUND_DONE: _STAFF,
        EventType.REFUND_REFUSED: f"{_STAFF}, the far side told before with"
        ' POST /simulator/vnpay/plan {"refund": "refused_16"}',
        EventType.ACKNOWLEDGEMENT_REPLACED: _GIVEN_BACK,
        EventType.ACKNOWLEDGEMENT_REVOKED: _GIVEN_BACK,
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
    owed = _owed(door, authority)
    number = _opened(door, owed)
    if making.is_started:
        _pay(door, sandbox, number, behaviour=making.behaviour)
    if making.is_cancelled:
        door.post(f"/v1/payments/{number}/cancel", once=_key())
        show("cancelled")
    if making.is_paid_again:
        _wait_for(door, EventType.PAYMENT_FAILED, number, pause, s_max=WAIT_S_MAX)
        again = _opened(door, owed)
        _pay(door, sandbox, again, behaviour="paid")
        _wait_for(door, EventType.PAYMENT_PAID, again, pause, s_max=WAIT_S_MAX)
    return _wait_for(door, wanted, number, pause, s_max=making.wait_s_max)


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


def _owed(door: Integrator, authority: str) -> dict[str, object]:
    """Push a new sample fine and return what finds it."""
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
    return {"number": number, "subject": plate, "decided_on": _text(owed.decided_on)}


def _opened(door: Integrator, owed: dict[str, object]) -> str:
    """Return the number of a payment of what was found, looked up and opened as a portal does."""
    found = door.post("/v1/look-ups", owed)
    body = {"obligations": [found["obligation"]], "shown_total_vnd": found["total_vnd"]}
    payment = door.post("/v1/payments", body, once=_key())
    show(f"payment {payment['number']} of {payment['amount_vnd']:,} dong is open")
    return str(payment["number"])


def _pay(door: Integrator, sandbox: Sandbox, number: str, *, behaviour: str) -> None:
    """Start a payment, and leave its gateway's page unless nothing shall become of it."""
    body: dict[str, object] = {"gateway": "vnpay", "payer_address": _PAYER_ADDRESS}
    url = str(door.post(f"/v1/payments/{number}/attempts", body, once=_key())["url"])
    show("started at vnpay")
    if behaviour:
        sandbox.pay(url, behaviour=behaviour)
        show(f"the gateway's page was left: {behaviour}")


def _wait_for(door: Integrator, wanted: EventType, number: str, pause: Pause, *, s_max: int) -> int:
    if s_max > WAIT_S_MAX:
        show(f"{wanted.value} comes once the time of the payment is over, which takes minutes")
    for _ in range(s_max):
        for event in door.get("/v1/events", payment=number, order="asc", limit=100)["events"]:
            if event["type"] == wanted:
                show(f"{wanted.value}  {event['id']}")
                return 0
        pause(1)
    show(f"{wanted.value} did not come within {s_max} s; GET /v1/payments/{number} says more")
    return 1


def _key() -> str:
    return secrets.token_urlsafe(16)


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
