"""`clearing trigger`: every event of the catalogue is made, or it says how it comes about."""

import argparse
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.command_line import main
from api.far_side import Sandbox
from api.house import House
from api.integrator import DoorRefused, Integrator
from api.trigger_command import MADE, NOT_MADE, Making, make, ping, run
from gateways.simulators.faults import Behaviour
from payments.client_event import EventType
from tests.api.conftest import PARTNER_KEY
from tests.api.partner.told import register
from tests.two_sides import TwoSides, two_sides

_CALLBACKS_COME: Final = threading.Event()
"""Nobody sets it: waiting for it lets the far sides' own threads work."""


@pytest.fixture
def door(house: House) -> Integrator:
    """Give a partner in front of the house that speaks for the police."""
    register(house.open_tx, "csgt")
    client = TestClient(application(house), base_url="http://partner.test")
    return Integrator(client, "http://partner.test", PARTNER_KEY)


@pytest.fixture
def sides(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TwoSides]:
    """Give the house and its far sides, which speak over HTTP."""
    with two_sides(house, tmp_path, monkeypatch) as started:
        yield started


def _never(_seconds: int) -> None:
    raise AssertionError("it is there at once")


def test_every_event_is_made_or_explained() -> None:
    assert not MADE.keys() & NOT_MADE.keys()
    assert MADE.keys() | NOT_MADE.keys() | {EventType.PING} == set(EventType)
    behaviours = {making.behaviour for making in MADE.values()} - {""}
    assert behaviours <= set(Behaviour)


@pytest.mark.parametrize(
    "wanted",
    [EventType.PAYMENT_CREATED, EventType.PAYMENT_PENDING],
)
def test_an_event_really_happens(
    door: Integrator, wanted: EventType, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = Sandbox(door.client, "http://far.test")
    assert MADE[wanted] in {Making(), Making(is_started=False)}
    assert make(door, nowhere, wanted, authority="csgt", pause=_never) == 0
    (event,) = door.get("/v1/events", type=wanted.value)["events"]
    assert f"{wanted.value}  {event['id']}" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wanted",
    [
        EventType.PAYMENT_CORRECTED,
        EventType.PAYMENT_OVERPAID,
        EventType.REFUND_PROPOSED,
    ],
)
def test_money_that_comes_after_all_is_made_at_the_far_side(
    sides: TwoSides, wanted: EventType
) -> None:
    def pause(seconds: int) -> None:
        sides.clock.later(seconds=seconds)
        _CALLBACKS_COME.wait(0.05)

    assert make(_door(sides), sides.far, wanted, authority="csgt", pause=pause) == 0


def test_what_takes_until_the_time_is_over_is_waited_for(sides: TwoSides) -> None:
    def pause(_seconds: int) -> None:
        sides.clock.later(minutes=1)
        sides.ask()

    unknown = EventType.PAYMENT_UNKNOWN
    assert make(_door(sides), sides.far, unknown, authority="csgt", pause=pause) == 0


def _door(sides: TwoSides) -> Integrator:
    register(sides.house.open_tx, "csgt")
    return Integrator(sides.client, sides.house.settings.partner_url, PARTNER_KEY)


def test_an_event_that_does_not_come_ends_with_1(
    door: Integrator, capsys: pytest.CaptureFixture[str]
) -> None:
    waited: list[int] = []
    nowhere = Sandbox(door.client, "http://far.test")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.trigger_command.MADE", {EventType.PAYMENT_PAID: Making()})
        paid = EventType.PAYMENT_PAID
        assert make(door, nowhere, paid, authority="csgt", pause=waited.append) == 1
    assert len(waited) == 60
    assert "did not come within 60 s" in capsys.readouterr().out


def test_an_authority_the_key_does_not_speak_for_is_told(door: Integrator) -> None:
    nowhere = Sandbox(door.client, "http://far.test")
    with pytest.raises(DoorRefused, match="/v1/obligations"):
        make(door, nowhere, EventType.PAYMENT_PAID, authority="thanhtra", pause=_never)


def test_an_endpoint_is_pinged_and_without_one_nothing_is(door: Integrator) -> None:
    assert ping(door) == 1
    endpoint = {"url": "http://127.0.0.1:4000/hook", "types": ["payment.paid"]}
    door.post("/v1/webhook-endpoints", endpoint, once="endpoint-of-tests")
    assert ping(door) == 0
    assert [each["type"] for each in door.get("/v1/events")["events"]] == ["ping"]


def test_the_list_has_a_line_for_every_event(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(argparse.Namespace(list=True)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [each.value for each in EventType]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["trigger"], "--list"),
        (["trigger", "payment.lost"], "'payment.lost' is no event"),
        (["trigger", "payment.settled"], "close-day"),
        (["trigger", "refund.unknown"], "answer_lost"),
        (["trigger", "payment.paid", "--key", "k"], "CLEARING_FAR_SIDE_URL"),
    ],
)
def test_what_cannot_be_made_is_said_in_one_line(
    words: list[str], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEARING_PARTNER_URL", "http://127.0.0.1:9")
    monkeypatch.delenv("CLEARING_FAR_SIDE_URL", raising=False)
    with pytest.raises(SystemExit, match=told):
        main(words)
