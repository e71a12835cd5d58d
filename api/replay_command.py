"""`clearing replay`: have one event, or those of a span, told once more."""

import argparse
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from api.asked import NoInstant, instant_of
from api.integrator import (
    DoorRefused,
    Integrator,
    in_one_line,
    integrator,
    open_integrator_client,
)
from api.listen_command import add_door
from api.screen import counted, show


def add_replay(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the parser."""
    text = "have an event told again to a partner's webhook endpoints, or all events of a span"
    verb = add("replay", help=text, description=text[0].upper() + text[1:] + ".")
    verb.set_defaults(run=in_one_line(run), needs_settings=True)
    verb.add_argument("event", nargs="?", metavar="EVENT_ID", help="one event, wherever it goes")
    verb.add_argument(
        "--from",
        dest="since",
        type=_instant,
        metavar="INSTANT",
        help="or what came to be from here, such as 2026-11-23T00:00:00+07:00,",
    )
    verb.add_argument(
        "--to", dest="until", type=_instant, metavar="INSTANT", help="up to here (outside)"
    )
    verb.add_argument(
        "--endpoint", metavar="ID", help="of a span: at this endpoint only (default: at all)"
    )
    verb.add_argument(
        "--parked-only", action="store_true", help="of a span: only what was given up on"
    )
    add_door(verb)


def run(chosen: argparse.Namespace) -> int:
    """Ask for what was wanted and print how many events are told again; 1 when none is."""
    with open_integrator_client() as client:
        door = integrator(client, url=chosen.url, key=chosen.key)
        return replay(door, chosen)


def replay(door: Integrator, chosen: argparse.Namespace) -> int:
    """Ask a partner's door for what was wanted, and return 1 when nothing is told again.

    Raises:
        DoorRefused: it is not said what is wanted, or the door says no.
    """
    edges = (chosen.since is not None) + (chosen.until is not None)
    if edges != (0 if chosen.event else 2):
        raise DoorRefused("replay takes an EVENT_ID, or both --from and --to")
    if chosen.event and (chosen.endpoint or chosen.parked_only):
        raise DoorRefused("--endpoint and --parked-only go with --from and --to")
    if chosen.event:
        return _said(chosen.event, door.post(f"/v1/events/{chosen.event}/replay"))
    span = {
        "from": chosen.since.isoformat(),
        "to": chosen.until.isoformat(),
        "parked_only": chosen.parked_only,
    }
    endpoints = [str(chosen.endpoint)] if chosen.endpoint else _endpoints(door)
    if not endpoints:
        show("no webhook endpoint is registered: nothing is told to anybody")
    said = [
        _said(one, door.post(f"/v1/webhook-endpoints/{one}/replays", span)) for one in endpoints
    ]
    return min(said, default=1)


def _endpoints(door: Integrator) -> list[str]:
    return [str(one["id"]) for one in door.get("/v1/webhook-endpoints")["webhook_endpoints"]]


def _said(what: str, answer: Mapping[str, Any]) -> int:
    many = int(answer["replayed"])
    show(f"{what}: told again {counted(many, 'time')}")
    return 0 if many else 1


def _instant(text: str) -> datetime:
    instant = instant_of(text)
    if isinstance(instant, NoInstant):
        raise argparse.ArgumentTypeError(
            f"{text!r} {instant.value}; one is like 2026-11-23T17:00:00+07:00"
        )
    return instant
