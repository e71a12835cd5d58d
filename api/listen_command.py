"""`clearing listen`: follow a partner's events and post each to an address on this machine."""

import argparse
import base64
import hmac
import ipaddress
import json
import time
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
from standardwebhooks import Webhook

from api.clock import now
from api.integrator import (
    DoorAway,
    DoorRefused,
    Integrator,
    in_one_line,
    integrator,
    open_integrator_client,
)
from api.screen import show

PAGE: Final = 100
PAUSE_S: Final = 1
PAUSE_S_MAX: Final = 30
FORWARD_TIMEOUT_S: Final = 15
_SECRET_BYTES: Final = 24

Pause = Callable[[int], None]
"""Waits so many seconds."""


def add_listen(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "forward a partner's events to an address on this machine, signed, until Ctrl-C"
    verb = add("listen", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=in_one_line(run), needs_settings=True)
    verb.add_argument(
        "--forward-to",
        required=True,
        metavar="URL",
        help="such as http://127.0.0.1:4000/hook; whatever it answers is shown",
    )
    verb.add_argument(
        "--events",
        type=lambda text: frozenset(filter(None, text.split(","))),
        default=frozenset[str](),
        metavar="A,B",
        help="types to forward, such as payment.paid,payment.failed (default: all)",
    )
    verb.add_argument(
        "--since",
        default="now",
        metavar="now|all|EVENT_ID",
        help="begin with what comes from now on (default), with the first, or after this event",
    )
    verb.add_argument(
        "--allow-remote", action="store_true", help="forward to another machine than this one"
    )
    add_door(verb)


def add_door(verb: argparse.ArgumentParser) -> None:
    """Add what every command of integrators takes: where the API is, and the key."""
    verb.add_argument("--url", metavar="URL", help="the partner API (default: the demo's)")
    verb.add_argument(
        "--key",
        metavar="KEY",
        help="the partner's key (default: PARTNER_API_KEY of the environment, or the demo's)",
    )


def run(chosen: argparse.Namespace) -> int:
    """Forward until interrupted."""
    require_near(chosen.forward_to, allow_remote=chosen.allow_remote)
    with open_integrator_client() as client:
        door = integrator(client, url=chosen.url, key=chosen.key)
        secret = secret_of(door.key)
        show(f"forwarding to {chosen.forward_to}, signed with {secret} (the same at every start)")
        try:
            for event in follow(door, since=chosen.since, pause=time.sleep):
                if not chosen.events or event["type"] in chosen.events:
                    show(forward(client, event, to=chosen.forward_to, secret=secret))
        except KeyboardInterrupt:
            show("stopped")
    return 0


def require_near(url: str, *, allow_remote: bool) -> None:
    """Refuse an address that is none, or that is not on this machine unless that is wanted.

    Raises:
        DoorRefused: saying what to do.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DoorRefused(f"--forward-to: {url!r} is not an http or https address")
    if not allow_remote and not _is_near(parts.hostname):
        raise DoorRefused(f"--forward-to: {parts.hostname} is not this machine (--allow-remote)")


def secret_of(key: str) -> str:
    """Return what events are signed with here: stable, and leading nowhere.

    Source: Standard Webhooks specification (secrets are `whsec_` and base64).
    """
    made = hmac.digest(key.encode(), b"clearing listen", "sha256")[:_SECRET_BYTES]
    return f"whsec_{base64.b64encode(made).decode()}"


def follow(door: Integrator, *, since: str, pause: Pause) -> Iterator[dict[str, Any]]:
    """Yield events in the order they are listed, for ever; one that is away is asked again.

    Raises:
        DoorRefused: the key, or the event to begin after, is none.
    """
    cursor = _first(door, since, pause)
    while True:
        page = _patiently(door, cursor, pause)
        for event in page["events"]:
            cursor = str(event["id"])
            yield event
        if len(page["events"]) < PAGE:
            pause(PAUSE_S)


def forward(client: httpx2.Client, event: dict[str, Any], *, to: str, secret: str) -> str:
    """Post one event as a webhook and return the line that says what came back."""
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
    instant = now()
    headers = {
        "content-type": "application/json",
        "webhook-id": str(event["id"]),
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": Webhook(secret).sign(str(event["id"]), instant, body),
    }
    try:
        answer = client.post(to, content=body.encode(), headers=headers, timeout=FORWARD_TIMEOUT_S)
        said = str(answer.status_code)
    except httpx2.HTTPError as error:
        said = f"no answer ({type(error).__name__})"
    return f"{event['timestamp']}  {event['type']:28} {event['id']}  -> {said}"


def _first(door: Integrator, since: str, pause: Pause) -> str:
    """Return the event to begin after, '' to begin with the first."""
    if since == "all":
        return ""
    if since != "now":
        return since
    while True:
        try:
            newest = door.get("/v1/events", order="desc", limit=1)["events"]
        except DoorAway as away:
            show(f"{away}; trying again")
            pause(PAUSE_S)
        else:
            return str(newest[0]["id"]) if newest else ""


def _patiently(door: Integrator, cursor: str, pause: Pause) -> dict[str, Any]:
    wait_s = PAUSE_S
    while True:
        try:
            return door.get("/v1/events", order="asc", limit=PAGE, cursor=cursor)
        except DoorAway as away:
            show(f"{away}; trying again in {wait_s} s")
            pause(wait_s)
            wait_s = min(2 * wait_s, PAUSE_S_MAX)


def _is_near(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
