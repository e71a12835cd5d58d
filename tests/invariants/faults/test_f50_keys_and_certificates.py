"""A gateway's secret changes while payments are under way, and its certificate runs out."""

import json
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from api import composition
from api.application import application
from api.house import House
from api.settings import read_settings
from gateways.errors import Misconfigured, Retryable
from gateways.transport import Limits, Transport
from tests.invariants.faults.at_vnpay import DOOR, PARTNER, SECRET, at_work, paid, under_way

NEW_SECRET = "ANOTHERSECRETOFTHIRTYTWOLETTERS0"  # noqa: S105 - of money that does not exist
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LONG = timedelta(days=7_300)
BODY = b"for the bank alone"


def after_rotation(house: House, monkeypatch: pytest.MonkeyPatch, *, previous: str) -> House:
    """Return the house as it starts with a new secret, and the old one as long as it overlaps."""
    monkeypatch.setenv("VNPAY_HASH_SECRET", NEW_SECRET)
    if previous:
        monkeypatch.setenv("VNPAY_HASH_SECRET_PREVIOUS", previous)
    fresh = composition.open_house(read_settings(), process="test")
    return replace(at_work(house), gateways=fresh.gateways)


def answered(house: House, query: str) -> str:
    with capture_logs(), TestClient(application(house)) as door:
        return str(json.loads(door.get(f"{DOOR}?{query}", headers=PARTNER).content)["RspCode"])


def test_f50_a_payment_under_way_over_a_change_of_secret_is_confirmed_under_either(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    old, new = under_way(at_work(house), many=2)
    overlapping = after_rotation(house, monkeypatch, previous=SECRET)
    assert answered(overlapping, paid(old)) == "00"
    assert answered(overlapping, paid(new, secret=NEW_SECRET)) == "00"


def test_f50_once_the_overlap_is_over_the_old_secret_proves_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
):
    (reference,) = under_way(at_work(house))
    over = after_rotation(house, monkeypatch, previous="")
    assert answered(over, paid(reference)) == "97"
    assert answered(over, paid(reference, secret=NEW_SECRET)) == "00"


@dataclass(slots=True)
class Shown:
    """A partner over TLS: its address, who vouches for it, and what it heard in clear."""

    url: str
    authority: Path
    heard: list[bytes] = field(default_factory=list[bytes])


@contextmanager
def partner_showing(folder: Path, *, until: datetime) -> Generator[Shown]:
    """Give a partner that shows a certificate valid until then."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - LONG)
        .not_valid_after(until)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, None)
    )
    shown, secret = folder / "shown.pem", folder / "secret.pem"
    shown.write_bytes(certificate.public_bytes(Encoding.PEM))
    secret.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, secret)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        partner = Shown(f"https://127.0.0.1:{listener.getsockname()[1]}/", shown)
        threading.Thread(target=_serve, args=(listener, context, partner), daemon=True).start()
        yield partner
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, context: ssl.SSLContext, partner: Shown) -> None:
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:  # The test is over.
            return
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                heard = b""
                while not heard.endswith(BODY) and (read := connection.recv(65_536)):
                    heard += read
                partner.heard.append(heard)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        except OSError:  # The other side did not like what it was shown.
            plain.close()


def sender(partner: Shown) -> Transport:
    trusting = httpx2.Client(verify=ssl.create_default_context(cafile=str(partner.authority)))
    return Transport(trusting, monotonic_ms=lambda: 0, limits=Limits())


def send(transport: Transport, partner: Shown) -> bytes:
    return transport.post(partner="bank", url=partner.url, media_type="text/plain", body=BODY)


def test_f50_an_expired_certificate_is_an_alarm_and_nothing_is_sent_not_even_again(tmp_path: Path):
    with partner_showing(tmp_path, until=NOW - timedelta(days=1)) as partner:
        transport = sender(partner)
        with capture_logs() as logs:
            with pytest.raises(Misconfigured, match="expired"):
                send(transport, partner)
            with pytest.raises(Retryable, match="resting"):
                send(transport, partner)
        transport.client.close()
    assert partner.heard == []
    assert [(each["event"], each["log_level"]) for each in logs] == [
        ("gateway.misconfigured", "error"),
        ("gateway.left_alone", "error"),
    ]


def test_f50_the_same_partner_with_a_certificate_that_holds_is_answered(tmp_path: Path):
    with partner_showing(tmp_path, until=NOW + LONG) as partner:
        transport = sender(partner)
        assert send(transport, partner) == b"{}"
        transport.client.close()
    assert len(partner.heard) == 1
