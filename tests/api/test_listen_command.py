"""`clearing listen`: every event once and in order, signed, to this machine, through what fails."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import islice
from threading import Thread

import pytest
from fastapi.testclient import TestClient
from standardwebhooks import Webhook

from api.application import application
from api.command_line import main
from api.far_side import Sandbox
from api.house import House
from api.integrator import DoorRefused, Integrator, open_integrator_client
from api.listen_command import follow, forward, require_near, secret_of
from api.trigger_command import make
from payments.client_event import EventType
from tests.api.conftest import PARTNER_KEY
from tests.api.partner.told import register


@pytest.fixture
def door(house: House) -> Integrator:
    """Give a partner in front of the house that speaks for the police."""
    register(house.open_tx, "csgt")
    client = TestClient(application(house), base_url="http://partner.test")
    return Integrator(client, "http://partner.test", PARTNER_KEY)


def _open_payment(door: Integrator) -> None:
    nowhere = Sandbox(door.client, "http://far.test")
    assert make(door, nowhere, EventType.PAYMENT_CREATED, authority="csgt", pause=_stop) == 0


def _stop(_seconds: int) -> None:
    raise KeyboardInterrupt


@contextmanager
def receiver(status: int) -> Generator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """Give the address of somebody's own server, and what it is sent."""
    received: list[tuple[dict[str, str], bytes]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", received
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_events_come_in_order_from_where_one_begins(door: Integrator) -> None:
    _open_payment(door)
    _open_payment(door)
    every = list(islice(follow(door, since="all", pause=_stop), 2))
    assert [event["type"] for event in every] == ["payment.created"] * 2
    rest = follow(door, since=every[0]["id"], pause=_stop)
    assert next(rest)["id"] == every[1]["id"]
    with pytest.raises(KeyboardInterrupt):
        next(rest)


def test_from_now_on_means_what_comes_after_the_newest(door: Integrator) -> None:
    _open_payment(door)
    opened = iter([True])

    def pause(_seconds: int) -> None:
        if next(opened, False):
            _open_payment(door)
        else:
            raise KeyboardInterrupt

    listening = follow(door, since="now", pause=pause)
    new = next(listening)
    newest = door.get("/v1/events", order="desc", limit=1)["events"][0]
    assert new["id"] == newest["id"]
    with pytest.raises(KeyboardInterrupt):
        next(listening)


def test_an_event_to_begin_after_that_is_none_stops_it(door: Integrator) -> None:
    with pytest.raises(DoorRefused, match="4"):
        next(follow(door, since="evt_none", pause=_stop))


def test_what_is_away_is_asked_again_ever_more_slowly(capsys: pytest.CaptureFixture[str]) -> None:
    waits: list[int] = []

    def pause(seconds: int) -> None:
        waits.append(seconds)
        if len(waits) == 7:
            raise KeyboardInterrupt

    with open_integrator_client() as client, pytest.raises(KeyboardInterrupt):
        next(follow(Integrator(client, "http://127.0.0.1:9", "k"), since="all", pause=pause))
    assert waits == [1, 2, 4, 8, 16, 30, 30]
    assert "trying again in 4 s" in capsys.readouterr().out


@pytest.mark.parametrize("status", [200, 500])
def test_an_event_is_posted_as_a_webhook_and_its_answer_shown(status: int) -> None:
    event = {"id": "evt_1", "type": "payment.paid", "timestamp": "2026-11-23T12:00:00+07:00"}
    event |= {"data": {"payment": {"number": "DV-1", "metadata": {"tên": "Hà Nội"}}}}
    secret = secret_of("a key")
    with receiver(status) as (address, received), open_integrator_client() as client:
        line = forward(client, event, to=address, secret=secret)
    assert line.endswith(f"-> {status}")
    assert "payment.paid" in line
    ((headers, body),) = received
    assert Webhook(secret).verify(body, headers) == event
    assert json.loads(body)["data"]["payment"]["metadata"] == {"tên": "Hà Nội"}


def test_nobody_at_the_address_is_told_and_nothing_stops() -> None:
    event = {"id": "evt_1", "type": "ping", "timestamp": "2026-11-23T12:00:00+07:00"}
    with open_integrator_client() as client:
        line = forward(client, event, to="http://127.0.0.1:9/hook", secret=secret_of("k"))
    assert "no answer" in line


def test_the_secret_is_the_same_at_every_start_and_another_for_another_key() -> None:
    assert secret_of("a") == secret_of("a")
    assert secret_of("a") != secret_of("b")


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:4000/x", "http://[::1]:1/", "https://localhost/"]
)
def test_this_machine_is_near(address: str) -> None:
    require_near(address, allow_remote=False)


@pytest.mark.parametrize("address", ["http://192.168.1.5/", "https://example.vn/", "http://0/"])
def test_another_machine_takes_a_word_more(address: str) -> None:
    with pytest.raises(DoorRefused, match="--allow-remote"):
        require_near(address, allow_remote=False)
    require_near(address, allow_remote=True)


@pytest.mark.parametrize("address", ["127.0.0.1:4000", "ftp://127.0.0.1/", "http:///x", ""])
def test_what_is_no_address_is_refused_whatever_is_allowed(address: str) -> None:
    with pytest.raises(DoorRefused, match="not an http"):
        require_near(address, allow_remote=True)


def test_a_refusal_ends_the_command_with_one_line() -> None:
    with pytest.raises(SystemExit, match="not this machine"):
        main(["listen", "--forward-to", "https://example.vn/hook", "--key", "k"])
