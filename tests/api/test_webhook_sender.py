"""Sending events to addresses that clients chose."""

import base64
import datetime as dt
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from standardwebhooks import Webhook, WebhookVerificationError

from api.webhook_sender import Rules, resolved, sender
from payments.postgres.delivery_rows import Try
from payments.tell_client import Call
from payments.webhook_address import Ip
from tests.api.listener import Listener, listener

NAME = "hooks.example.vn"
SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
PAYLOAD = {"id": "evt_1", "type": "payment.paid", "data": {"title": "Lệ phí"}, "order": 3}
SANDBOX = Rules(is_sandbox=True)
LIVE = Rules(is_sandbox=False)


def now() -> dt.datetime:
    """Return the instant receivers check signatures at."""
    return dt.datetime.now(dt.UTC)


def is_here(ip: Ip) -> bool:
    """Let a test's own receivers count as public."""
    return str(ip) in {"127.0.0.1", "::1"}


ALSO_HERE = Rules(is_sandbox=True, is_allowed=is_here)


def call(url: str, *secrets: str) -> Call:
    return Call(url, secrets or (SECRET,), "evt_1", PAYLOAD)


def here(seen: Listener, path: str = "/hook?a=b") -> str:
    return f"http://127.0.0.1:{seen.port}{path}"


def post(url: str, *secrets: str, rules: Rules = SANDBOX) -> Try:
    return sender(rules, clock=now)(call(url, *secrets))


def test_a_receiver_verifies_what_it_is_sent_with_the_package_of_the_standard():
    with listener() as seen:
        tried = post(here(seen))
    assert (tried.is_taken, tried.status, tried.error) == (True, 200, "")
    assert Webhook(SECRET).verify(seen.body(), seen.headers()) == PAYLOAD
    assert seen.requests[0].startswith(b"POST /hook?a=b HTTP/1.1\r\n")
    assert seen.headers()["host"] == f"127.0.0.1:{seen.port}"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(seen.body().replace("3", "4"), seen.headers())


def test_t16_old_and_new_secret_both_verify_and_no_other():
    with listener() as seen:
        post(here(seen), SECRET, OLD)
    for secret in (SECRET, OLD):
        assert Webhook(secret).verify(seen.body(), seen.headers()) == PAYLOAD
    with pytest.raises(WebhookVerificationError):
        Webhook(b"z" * 32).verify(seen.body(), seen.headers())


@pytest.mark.parametrize("status", [199 + 2, 204, 299])
def test_f48_any_two_hundred_is_taken_whatever_it_says(status: int):
    with listener(b"HTTP/1.1 %d X\r\ncontent-length: 5\r\n\r\nerror" % status) as seen:
        assert post(here(seen)).is_taken


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_t13_nothing_else_is_taken_and_no_redirect_is_followed(status: int):
    with listener() as inside:
        answer = f"HTTP/1.1 {status} X\r\nlocation: {here(inside)}\r\ncontent-length: 0\r\n\r\n"
        with listener(answer.encode()) as seen:
            tried = post(here(seen))
        assert (tried.is_taken, tried.status, tried.error) == (False, status, f"HTTP {status}")
        assert inside.connections == 0


def test_t13_nothing_of_an_answer_is_kept_but_its_status():
    secret = b"HTTP/1.1 500 secret-reason\r\nx: secret\r\ncontent-length: 9\r\n\r\nthe-crown"
    with listener(secret) as seen:
        tried = post(here(seen))
    assert tried.error == "HTTP 500"


def test_a_body_without_end_is_not_read():
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    with listener(head, *[b"400\r\n" + b"x" * 1024 + b"\r\n"] * 50, pause_ms=50) as seen:
        tried = post(here(seen))
    assert tried.is_taken
    assert tried.duration_ms < 1_000


def test_f48_who_answers_by_drops_is_cut_off():
    drops = [bytes([each]) for each in b"HTTP/1.1 200 OK\r\nx: " + b"y" * 400]
    rules = Rules(is_sandbox=True, whole=dt.timedelta(milliseconds=300))
    with listener(*drops, pause_ms=50) as seen:
        tried = post(here(seen), rules=rules)
    assert not tried.is_taken
    assert tried.status is None
    assert 250 < tried.duration_ms < 3_000


def test_an_address_nobody_answers_at_is_said_so():
    with listener() as seen:
        port = seen.port
    assert post(f"http://127.0.0.1:{port}/").error == "nobody answers at this address"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "https://127.0.0.1:{port}/",
        "https://127.1:{port}/",
        "https://2130706433:{port}/",
        "https://0x7f.1:{port}/",
        "https://017700000001:{port}/",
        "https://[::1]:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25lo]:{port}/",
        "https://localhost:{port}/",
        "https://localhost.:{port}/",
        "https://user:pass@127.0.0.1:{port}/",
        "https://hooks.example.vn@127.0.0.1:{port}/",
        "https://hooks.example.vn:443@127.0.0.1:{port}/",
        "https://hooks.example.vn\\@127.0.0.1:{port}/",
        "https://127\u30020\u30020\u30021:{port}/",
        "https://\uff11\uff12\uff17.0.0.1:{port}/",
        "https://\u2460\u2461\u2466.0.0.1:{port}/",
        "https://hooks.example.vn:{port}/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
    ],
)
def test_t13_no_spelling_of_this_machine_is_connected_to(url: str):
    with listener() as seen:
        send = sender(LIVE, clock=now, resolve=lambda _: ["127.0.0.1"])
        tried = send(call(url.replace("{port}", str(seen.port))))
        assert not tried.is_taken
        assert tried.status is None
        assert seen.connections == 0


@pytest.mark.parametrize(
    "found",
    [
        [],
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["100.100.100.200"],
        ["168.63.129.16"],
        ["192.168.1.10"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:7f00:1::"],
        ["fe80::1%eth0"],
        ["fd00::1"],
        ["8.8.8.8", "127.0.0.1"],
        ["2606:4700::1111", "::1"],
        ["not an address"],
    ],
)
def test_t13_a_public_name_that_leads_inside_is_connected_to_nowhere(found: list[str]):
    asked: list[str] = []

    def resolve(name: str) -> list[str]:
        asked.append(name)
        return found

    send = sender(LIVE, clock=now, resolve=resolve)
    tried = send(call("https://10-0-0-1.nip.example.vn/"))
    assert not tried.is_taken
    assert tried.error.startswith("the name ")
    assert "10.0.0.1" not in tried.error
    assert asked == ["10-0-0-1.nip.example.vn"]


def test_t13_a_name_nobody_has_is_said_so():
    def resolve(name: str) -> list[str]:
        raise OSError(name)

    send = sender(LIVE, clock=now, resolve=resolve)
    assert send(call(f"https://{NAME}/")).error == "the name was not found"


@pytest.fixture
def authority(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give a receiver's side and ours: a certificate for the name, and who trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now() - dt.timedelta(days=1))
        .not_valid_after(now() + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "receiver.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    receiver = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    receiver.load_cert_chain(pem)
    return receiver, ssl.create_default_context(cafile=str(pem))


def test_t13_the_address_that_was_checked_is_the_one_connected_to(
    authority: tuple[ssl.SSLContext, ssl.SSLContext],
):
    """A name server that answers otherwise the second time is never asked a second time."""
    receiver, trust = authority
    answers = [["127.0.0.1"], ["::1"], ["10.0.0.1"]]

    def resolve(_: str) -> list[str]:
        return answers.pop(0)

    with listener(tls=receiver) as first, listener(host="::1", port=first.port) as second:
        send = sender(ALSO_HERE, clock=now, resolve=resolve, trust=trust)
        assert send(call(f"https://{NAME}:{first.port}/hook")).is_taken
    assert (first.connections, second.connections) == (1, 0)
    assert len(answers) == 2


def test_a_receiver_is_asked_for_by_its_name_and_must_show_its_certificate(
    authority: tuple[ssl.SSLContext, ssl.SSLContext],
):
    receiver, trust = authority
    with listener(tls=receiver) as seen:
        send = sender(ALSO_HERE, clock=now, resolve=lambda _: ["127.0.0.1"], trust=trust)
        assert send(call(f"https://{NAME}:{seen.port}/hook")).is_taken
        assert seen.names == [NAME]
        assert seen.headers()["host"] == f"{NAME}:{seen.port}"
        other = send(call(f"https://other.example.vn:{seen.port}/hook"))
        assert other.error.startswith("no safe connection")
        strangers = sender(ALSO_HERE, clock=now, resolve=lambda _: ["127.0.0.1"])
        assert strangers(call(f"https://{NAME}:{seen.port}/hook")).error.startswith(
            "no safe connection"
        )
        assert len(seen.requests) == 1


def test_t13_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch):
    with listener() as proxy, listener() as seen:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert post(here(seen)).is_taken
        assert (proxy.connections, seen.connections) == (0, 1)


def test_this_machine_finds_its_own_name():
    assert set(resolved("localhost")) & {"127.0.0.1", "::1"}
