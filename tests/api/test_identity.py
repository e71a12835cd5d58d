"""Signing in: believed from an independent provider, refused whenever one thing does not fit."""

import base64
import hmac
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from api.identity import Client, Flow, IdentityProvider, Refusal, SignInRefused

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)
PERSON = "001085000011"
ISSUER = "https://id.test"
CLIENT = Client(
    issuer=ISSUER,
    client_id="us",
    client_secret="secret",  # noqa: S106 - of a test
    redirect_uri="http://citizen.test/sign-in/back",
    name="VNeID",
    scope="openid",
    id_claim="personal_id",
    level_claim="identity_level",
)
FLOW = Flow(state="s" * 43, nonce="n" * 43, verifier="v" * 43)
KEY = ECKey.generate_key("P-256", auto_kid=True)
OTHER_KEY = ECKey.generate_key("P-256", auto_kid=True)
CONFIGURATION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/jwks",
}
CLAIMS: Mapping[str, object] = {
    "iss": ISSUER,
    "aud": "us",
    "sub": "x",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "nonce": FLOW.nonce,
    "personal_id": PERSON,
    "identity_level": 2,
}


def _signed(key: ECKey = KEY, **other: object) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.kid}, {**CLAIMS, **other}, key)


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _unsigned() -> str:
    head, body = (_part(json.dumps(part).encode()) for part in ({"alg": "none"}, dict(CLAIMS)))
    return f"{head}.{body}."


def _signed_with_the_public_key() -> str:
    head = {"alg": "HS256", "kid": KEY.kid}
    said = ".".join(_part(json.dumps(part).encode()) for part in (head, dict(CLAIMS)))
    mark = hmac.digest(KEY.as_pem(private=False), said.encode(), "sha256")
    return f"{said}.{_part(mark)}"


@dataclass
class PaperProvider:
    """A provider that says what the test wants; `asked` are the paths it heard."""

    token: str = field(default_factory=_signed)
    configuration: Mapping[str, object] = field(default_factory=lambda: CONFIGURATION)
    keys: KeySet = field(default_factory=lambda: KeySet([KEY]))
    status: int = 200
    asked: list[str] = field(default_factory=list[str])
    forms: list[dict[str, list[str]]] = field(default_factory=list[dict[str, list[str]]])

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer one request."""
        self.asked.append(request.url.path)
        if request.url.path == "/.well-known/openid-configuration":
            return httpx2.Response(200, json=dict(self.configuration))
        if request.url.path == "/jwks":
            return httpx2.Response(200, json=self.keys.as_dict(private=False))
        self.forms.append(parse_qs(request.content.decode()))
        return httpx2.Response(self.status, json={"id_token": self.token})

    def provider(self) -> IdentityProvider:
        """Return ours, speaking to this one."""
        return IdentityProvider(CLIENT, httpx2.Client(transport=httpx2.MockTransport(self.answer)))


def _back(**other: str) -> dict[str, str]:
    return {"code": "c", "state": FLOW.state, "iss": ISSUER} | other


def _refusal(paper: PaperProvider, answer: Mapping[str, str] | None = None) -> Refusal:
    with pytest.raises(SignInRefused) as refused:
        paper.provider().finish(_back() if answer is None else answer, FLOW, now=NOW)
    assert PERSON not in str(refused.value)
    return refused.value.why


def test_who_signed_in_is_told_by_the_personal_id() -> None:
    paper = PaperProvider()
    assert paper.provider().finish(_back(), FLOW, now=NOW) == PERSON
    (form,) = paper.forms
    assert form["code_verifier"] == [FLOW.verifier]
    assert form["redirect_uri"] == [CLIENT.redirect_uri]


def test_the_question_binds_browser_token_and_code() -> None:
    address, flow = PaperProvider().provider().begin(now=NOW)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{ISSUER}/authorize?")
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert (asked["state"], asked["nonce"]) == (flow.state, flow.nonce)
    assert asked["redirect_uri"] == CLIENT.redirect_uri
    assert flow.verifier not in address
    assert len({flow.state, flow.nonce, flow.verifier}) == 3


FORGED: Mapping[str, Callable[[], str]] = {
    "another issuer": lambda: _signed(iss="https://evil.test"),
    "another audience": lambda: _signed(aud="them"),
    "two audiences and no azp": lambda: _signed(aud=["us", "them"]),
    "for another party": lambda: _signed(azp="them"),
    "expired": lambda: _signed(exp=int(NOW.timestamp()) - 61),
    "no expiry": lambda: _signed(exp=None),
    "expiry as true": lambda: _signed(exp=True),
    "old": lambda: _signed(iat=int(NOW.timestamp()) - 601),
    "of tomorrow": lambda: _signed(iat=int(NOW.timestamp()) + 90_000),
    "another nonce": lambda: _signed(nonce="m" * 43),
    "no nonce": lambda: _signed(nonce=None),
    "unsigned": _unsigned,
    "signed with the public key": _signed_with_the_public_key,
    "signed by a stranger": lambda: _signed(OTHER_KEY),
    "a stranger under our key's name": lambda: jwt.encode(
        {"alg": "ES256", "kid": KEY.kid}, dict(CLAIMS), OTHER_KEY
    ),
    "no token at all": lambda: "x.y.z",
    "a short id": lambda: _signed(personal_id="00108500001"),
    "an id of other digits": lambda: _signed(personal_id="\u0660" * 12),
    "an id that is a number": lambda: _signed(personal_id=1085000011),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_does_not_fit_is_not_believed(name: str) -> None:
    assert _refusal(PaperProvider(token=FORGED[name]())) is Refusal.NOT_BELIEVED


@pytest.mark.parametrize("level", [1, "1", None, True, "two"])
def test_a_level_below_two_is_told_apart(level: object) -> None:
    assert _refusal(PaperProvider(token=_signed(identity_level=level))) is Refusal.LEVEL_TOO_LOW


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (_back(state="t" * 43), Refusal.NOT_BELIEVED),
        (_back(state="é"), Refusal.NOT_BELIEVED),
        ({"code": "c"}, Refusal.NOT_BELIEVED),
        (_back(iss="https://evil.test"), Refusal.NOT_BELIEVED),
        ({"state": FLOW.state}, Refusal.NOT_BELIEVED),
        ({"state": FLOW.state, "error": "access_denied"}, Refusal.CANCELLED),
    ],
)
def test_a_return_that_does_not_fit_asks_for_no_token(
    answer: Mapping[str, str], why: Refusal
) -> None:
    paper = PaperProvider()
    assert _refusal(paper, answer) is why
    assert "/token" not in paper.asked


def test_a_provider_that_promises_to_name_itself_must() -> None:
    promised = {**CONFIGURATION, "authorization_response_iss_parameter_supported": True}
    silent = {"code": "c", "state": FLOW.state}
    assert _refusal(PaperProvider(configuration=promised), silent) is Refusal.NOT_BELIEVED


def test_a_used_code_is_not_believed_and_a_broken_provider_is_away() -> None:
    assert _refusal(PaperProvider(status=400)) is Refusal.NOT_BELIEVED
    assert _refusal(PaperProvider(status=500)) is Refusal.AWAY
    assert _refusal(PaperProvider(configuration={"issuer": "https://evil.test"})) is Refusal.AWAY
    plain = {**CONFIGURATION, "token_endpoint": "http://id.test/token"}
    assert _refusal(PaperProvider(configuration=plain)) is Refusal.AWAY


def test_a_provider_that_is_down_is_away(http: httpx2.Client) -> None:
    nobody = replace(CLIENT, issuer="http://127.0.0.1:9")
    with pytest.raises(SignInRefused) as refused:
        IdentityProvider(nobody, http).begin(now=NOW)
    assert refused.value.why is Refusal.AWAY


def test_a_new_key_is_fetched_once_and_documents_are_kept() -> None:
    paper = PaperProvider()
    provider = paper.provider()
    provider.finish(_back(), FLOW, now=NOW)
    paper.keys, paper.token = KeySet([KEY, OTHER_KEY]), _signed(OTHER_KEY)
    later = NOW + timedelta(seconds=40)
    assert provider.finish(_back(), FLOW, now=later) == PERSON
    assert provider.finish(_back(), FLOW, now=later) == PERSON
    assert paper.asked.count("/jwks") == 2
    assert paper.asked.count("/.well-known/openid-configuration") == 1


@pytest.fixture(scope="module")
def mock_issuer() -> Iterator[str]:
    """Give the address of a provider others wrote, as a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    people = [
        {"sub": "a", "personal_id": PERSON, "identity_level": 2},
        {"sub": "b", "personal_id": PERSON, "identity_level": 1},
    ]
    words = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    for person in people:
        words += ["--user-claims", json.dumps(person)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer = f"http://127.0.0.1:{port}"
    try:
        _wait_for(issuer)
        yield issuer
    finally:
        process.kill()
        process.wait()


def _wait_for(issuer: str) -> None:
    give_up_at = time.monotonic() + 30
    while time.monotonic() < give_up_at:
        try:
            httpx2.get(f"{issuer}/.well-known/openid-configuration", trust_env=False)
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the provider did not start")


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    """Give a client that is closed in the end."""
    with httpx2.Client(trust_env=False) as client:
        yield client


def _signed_in_at(
    http: httpx2.Client, issuer: str, sub: str
) -> tuple[IdentityProvider, dict[str, str], Flow, datetime]:
    provider = IdentityProvider(replace(CLIENT, issuer=issuer), http)
    now = datetime.now(UTC)
    address, flow = provider.begin(now=now)
    gone = http.post(address, data={"sub": sub})
    query = parse_qs(urlsplit(gone.headers["location"]).query)
    return provider, {name: values[0] for name, values in query.items()}, flow, now


def test_an_independent_provider_is_understood_and_its_code_is_good_for_once(
    mock_issuer: str, http: httpx2.Client
) -> None:
    provider, answer, flow, now = _signed_in_at(http, mock_issuer, "a")
    assert provider.finish(answer, flow, now=now) == PERSON
    with pytest.raises(SignInRefused) as refused:
        provider.finish(answer, flow, now=now)
    assert refused.value.why is Refusal.NOT_BELIEVED


def test_an_independent_providers_token_of_another_sign_in_is_not_believed(
    mock_issuer: str, http: httpx2.Client
) -> None:
    provider, answer, flow, now = _signed_in_at(http, mock_issuer, "a")
    with pytest.raises(SignInRefused) as refused:
        provider.finish(answer, replace(flow, nonce="m" * 43), now=now)
    assert refused.value.why is Refusal.NOT_BELIEVED


def test_an_independent_providers_low_level_is_told(mock_issuer: str, http: httpx2.Client) -> None:
    provider, answer, flow, now = _signed_in_at(http, mock_issuer, "b")
    with pytest.raises(SignInRefused) as refused:
        provider.finish(answer, flow, now=now)
    assert refused.value.why is Refusal.LEVEL_TOO_LOW
