"""`clearing replay`: one event or a span, at one endpoint or all, through a partner's own doors."""

import argparse

import pytest
from fastapi.testclient import TestClient

from api.application import application
from api.command_line import main
from api.far_side import Sandbox
from api.house import House
from api.integrator import DoorRefused, Integrator
from api.replay_command import add_replay, replay
from api.trigger_command import make
from payments.client_event import EventType
from tests.api.conftest import PARTNER_KEY
from tests.api.partner.told import register

SPAN = ["--from", "2026-11-20T00:00:00+07:00", "--to", "2026-11-30T00:00:00+07:00"]


@pytest.fixture
def door(house: House) -> Integrator:
    """Give a partner with an endpoint, in front of the house."""
    register(house.open_tx, "csgt")
    client = TestClient(application(house), base_url="http://partner.test")
    return Integrator(client, "http://partner.test", PARTNER_KEY)


def _chosen(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_replay(parser.add_subparsers().add_parser)
    return parser.parse_args(["replay", *words])


def _endpoint(door: Integrator, path: str) -> str:
    url = f"http://127.0.0.1:4000/{path}"
    added = door.post("/v1/webhook-endpoints", {"url": url}, once=f"endpoint-{path}-of-tests")
    return str(added["id"])


def _event(door: Integrator) -> str:
    nowhere = Sandbox(door.client, "http://far.test")
    assert make(door, nowhere, EventType.PAYMENT_CREATED, authority="csgt", pause=_never) == 0
    return str(door.get("/v1/events", limit=1)["events"][0]["id"])


def _never(_seconds: int) -> None:
    raise AssertionError("it is there at once")


def test_an_event_is_told_again_wherever_it_was_to_be_told(
    door: Integrator, capsys: pytest.CaptureFixture[str]
) -> None:
    _endpoint(door, "a")
    event = _event(door)
    assert replay(door, _chosen(event)) == 0
    assert f"{event}: told again 1 time" in capsys.readouterr().out


def test_a_span_is_told_again_at_one_endpoint_or_at_all(
    door: Integrator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(door, _chosen(*SPAN)) == 1
    assert "no webhook endpoint" in capsys.readouterr().out
    first, second = _endpoint(door, "a"), _endpoint(door, "b")
    _event(door)
    assert replay(door, _chosen(*SPAN)) == 0
    out = capsys.readouterr().out
    assert first in out
    assert second in out
    assert replay(door, _chosen(*SPAN, "--endpoint", second)) == 0
    assert first not in capsys.readouterr().out
    assert replay(door, _chosen(*SPAN, "--parked-only")) == 1


@pytest.mark.parametrize(
    "words",
    [
        [],
        SPAN[:2],
        SPAN[2:],
        ["evt_1", *SPAN],
        ["evt_1", *SPAN[:2]],
        ["evt_1", "--endpoint", "we_1"],
        ["evt_1", "--parked-only"],
    ],
)
def test_what_is_not_said_whole_is_refused(door: Integrator, words: list[str]) -> None:
    with pytest.raises(DoorRefused):
        replay(door, _chosen(*words))


def test_an_event_of_nobody_is_refused_by_the_door(door: Integrator) -> None:
    with pytest.raises(DoorRefused, match="404"):
        replay(door, _chosen("evt_" + "0" * 32))


def test_an_instant_without_its_zone_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "--from", "2026-11-20", "--to", "2026-11-30"])
    assert "one is like" in capsys.readouterr().err
