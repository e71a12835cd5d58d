"""Events as authorities receive them, checked by the published library of the format."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from api.partner.delivery import deliverer
from api.settings import Subscriber
from payments.event import Event
from payments.tell_provider import Deliver

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (of this test alone)


@dataclass
class Authority:
    """An authority's receiver on loopback: keeps what it got, answers as told."""

    status: int = 204
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def authority() -> Iterator[Authority]:
    """Give a receiver that listens."""
    kept = Authority()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.heard.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(kept.status)
            self.send_header("location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/events"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def deliver(authority: Authority) -> Iterator[Deliver]:
    """Give the way events leave, to that receiver."""
    subscriber = Subscriber(url=authority.url, secret=SecretStr(SECRET))
    with httpx2.Client(trust_env=False) as client:
        yield deliverer(client, {"csgt": subscriber}, lambda: datetime.now(UTC))


def _event(subscriber: str = "csgt") -> Event:
    return Event(
        event_id="evt_1",
        subscriber=subscriber,
        obligation_id=1,
        sequence=1,
        type="payment.paid",
        payload={"id": "evt_1", "data": {"number": "0001/QĐ-XPHC"}},
        created_at=datetime(2026, 11, 23, tzinfo=UTC),
        attempts=0,
    )


def test_the_published_library_verifies_what_we_send(
    deliver: Deliver, authority: Authority
) -> None:
    answer = deliver(_event())
    assert (answer.is_taken, answer.status, answer.error) == (True, 204, "")
    assert answer.at is not None
    assert 0 <= answer.duration_ms < 10_000
    headers, body = authority.heard[0]
    assert Webhook(SECRET).verify(body, headers) == json.loads(body)
    assert "QĐ".encode() in body


def test_t16_an_authority_verifies_with_its_old_and_its_new_secret(authority: Authority) -> None:
    old = "whsec_" + base64.b64encode(b"o" * 32).decode()
    subscriber = Subscriber(url=authority.url, secret=SecretStr(SECRET), old_secret=SecretStr(old))
    with httpx2.Client(trust_env=False) as client:
        deliverer(client, {"csgt": subscriber}, lambda: datetime.now(UTC))(_event())
    headers, body = authority.heard[0]
    for secret in (SECRET, old):
        assert Webhook(secret).verify(body, headers) == json.loads(body)


def test_a_changed_event_does_not_verify(deliver: Deliver, authority: Authority) -> None:
    deliver(_event())
    headers, body = authority.heard[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"0001", b"0002"), headers)


@pytest.mark.parametrize("status", [301, 400, 404, 410, 500, 503])
def test_anything_but_a_2xx_is_not_taken_in(
    deliver: Deliver, authority: Authority, status: int
) -> None:
    authority.status = status
    answer = deliver(_event())
    assert not answer.is_taken
    assert answer.error == f"HTTP {status}"
    assert answer.status == status
    assert len(authority.heard) == 1


def test_nobody_listening_is_an_answer_too() -> None:
    subscriber = Subscriber(url="http://127.0.0.1:1/x", secret=SecretStr(SECRET))
    with httpx2.Client(trust_env=False) as client:
        answer = deliverer(client, {"csgt": subscriber}, lambda: datetime.now(UTC))(_event())
    assert not answer.is_taken
    assert "ConnectError" in answer.error
    assert answer.status is None


def test_an_authority_without_an_address_is_named(deliver: Deliver) -> None:
    answer = deliver(_event("nobody"))
    assert not answer.is_taken
    assert "nobody" in answer.error
