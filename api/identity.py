"""A person signs in at an identity provider: the code flow of OpenID Connect, each answer checked.

Source: OpenID Connect Core 1.0, RFC 7636 (PKCE), RFC 9207 (`iss` in the answer), RFC 9700.
"""

import enum
import hmac
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx2
import orjson
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # pyright: ignore[reportUnknownVariableType] (comes without types)
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import TypeAdapter

ALGORITHMS: Final = ("RS256", "PS256", "ES256")
"""What an id token may be signed with: never `none`, never a key both sides share."""
LEVEL_LEAST: Final = 2
"""The level of electronic identification that stands for a person seen face to face."""
ANSWER_BYTES_MAX: Final = 200_000
DOCUMENT_AGE_MAX_S: Final = 600
KEYS_AGE_LEAST_S: Final = 30
"""A token with a key not known makes us ask for the keys again, no more often than this."""
CLOCK_APART_MAX_S: Final = 60
TOKEN_AGE_MAX_S: Final = 600

_DISCOVERY: Final = "/.well-known/openid-configuration"
_AUDIENCES: Final = TypeAdapter(list[object])
_PERSONAL_ID: Final = re.compile(r"[0-9]{12}")

Document = Mapping[str, Any]


class Refusal(enum.StrEnum):
    """Why nobody was signed in."""

    AWAY = "away"  # the provider does not answer, or not as one
    CANCELLED = "cancelled"  # the person, or the provider, said no
    NOT_BELIEVED = "not_believed"  # an answer that is not to our question, or not genuine
    LEVEL_TOO_LOW = "level_too_low"


class SignInRefused(Exception):
    """Nobody was signed in; `why` decides the words, the text is for the log and names nobody."""

    def __init__(self, why: Refusal, reason: str) -> None:
        """Keep what to tell the person, and what to write down."""
        super().__init__(reason)
        self.why = why


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the provider, as registered there, and how it names what we need."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    name: str
    scope: str
    id_claim: str
    level_claim: str


@dataclass(frozen=True, slots=True)
class Flow:
    """What one sign-in is recognised by when the browser comes back; kept sealed in its cookie."""

    state: str
    nonce: str
    verifier: str


@dataclass(slots=True)
class _Kept:
    """The provider's own documents, each with when it was fetched."""

    documents: dict[str, tuple[Document, datetime]] = field(
        default_factory=dict[str, tuple[Document, datetime]]
    )
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """An identity provider at its address."""

    client: Client
    http: httpx2.Client = field(repr=False)
    _kept: _Kept = field(default_factory=_Kept, repr=False)

    def begin(self, *, now: datetime) -> tuple[str, Flow]:
        """Return where to send the browser, and what recognises its return.

        Raises:
            SignInRefused: the provider is away.
        """
        flow = Flow(*(secrets.token_urlsafe(32) for _ in range(3)))
        address = self._address("authorization_endpoint", now=now)
        question = {
            "response_type": "code",
            "client_id": self.client.client_id,
            "redirect_uri": self.client.redirect_uri,
            "scope": self.client.scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": _challenge(flow.verifier),
            "code_challenge_method": "S256",
        }
        address += ("&" if urlsplit(address).query else "?") + urlencode(question)
        return address, flow

    def origin(self, *, now: datetime) -> str:
        """Return the origin browsers are sent to.

        Raises:
            SignInRefused: the provider is away.
        """
        address = urlsplit(self._address("authorization_endpoint", now=now))
        return f"{address.scheme}://{address.netloc}"

    def finish(self, answer: Mapping[str, str], flow: Flow, *, now: datetime) -> str:
        """Return the personal id of who signed in, from the query the browser came back with.

        Raises:
            SignInRefused: with the reason.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise SignInRefused(Refusal.NOT_BELIEVED, "state is not ours")
        configuration = self._configuration(now=now)
        must_say = configuration.get("authorization_response_iss_parameter_supported") is True
        if answer.get("iss", "" if must_say else self.client.issuer) != self.client.issuer:
            raise SignInRefused(Refusal.NOT_BELIEVED, "iss is another provider")
        if "error" in answer:
            raise SignInRefused(Refusal.CANCELLED, "the provider said no")
        if not answer.get("code"):
            raise SignInRefused(Refusal.NOT_BELIEVED, "no code")
        token = self._exchange(answer["code"], flow, now=now)
        claims = self._claims(token, now=now)
        _check(claims, self.client, flow, now=now)
        return _person(claims, self.client)

    def _exchange(self, code: str, flow: Flow, *, now: datetime) -> str:
        """Return the id token for a code, which is good for once."""
        document = self._fetch(
            "POST",
            self._address("token_endpoint", now=now),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.client.redirect_uri,
                "code_verifier": flow.verifier,
            },
            auth=(self.client.client_id, self.client.client_secret),
        )
        token = document.get("id_token")
        if not isinstance(token, str):
            raise SignInRefused(Refusal.NOT_BELIEVED, "no id token")
        return token

    def _claims(self, token: str, *, now: datetime) -> Document:
        """Return what a token says, its signature checked with the provider's keys."""
        address = self._address("jwks_uri", now=now)
        try:
            try:
                return _verified(token, self._document(address, now=now))
            except InvalidKeyIdError:
                # Keys change; but whoever invents key ids must not make us ask each time.
                keys = self._document(address, now=now, age_max_s=KEYS_AGE_LEAST_S)
                return _verified(token, keys)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignInRefused(
                Refusal.NOT_BELIEVED, f"id token: {type(error).__name__}"
            ) from error

    def _configuration(self, *, now: datetime) -> Document:
        found = self._document(self.client.issuer + _DISCOVERY, now=now)
        if found.get("issuer") != self.client.issuer:
            raise SignInRefused(Refusal.AWAY, "the configuration names another issuer")
        return found

    def _address(self, name: str, *, now: datetime) -> str:
        address = self._configuration(now=now).get(name)
        scheme = urlsplit(self.client.issuer).scheme
        if not isinstance(address, str) or urlsplit(address).scheme not in {"https", scheme}:
            raise SignInRefused(Refusal.AWAY, f"the configuration has no {name}")
        return address

    def _document(
        self, address: str, *, now: datetime, age_max_s: int = DOCUMENT_AGE_MAX_S
    ) -> Document:
        """Return a document of the provider, kept for a while."""
        with self._kept.lock:
            kept = self._kept.documents.get(address)
        if kept is not None and 0 <= (now - kept[1]).total_seconds() < age_max_s:
            return kept[0]
        document = self._fetch("GET", address)
        with self._kept.lock:
            self._kept.documents[address] = (document, now)
        return document

    def _fetch(
        self,
        method: str,
        address: str,
        *,
        data: Mapping[str, str] | None = None,
        auth: tuple[str, str] | None = None,
    ) -> Document:
        content = bytearray()
        try:
            with self.http.stream(method, address, data=data, auth=auth) as response:
                for part in response.iter_bytes():
                    content += part
                    if len(content) > ANSWER_BYTES_MAX:
                        raise SignInRefused(Refusal.AWAY, "the answer is too long")
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise SignInRefused(Refusal.AWAY, type(error).__name__) from error
        if response.status_code >= 500 or (response.status_code >= 400 and method == "GET"):
            raise SignInRefused(Refusal.AWAY, f"HTTP {response.status_code}")
        if response.status_code != 200:
            raise SignInRefused(Refusal.NOT_BELIEVED, f"HTTP {response.status_code} to the code")
        try:
            document: object = orjson.loads(bytes(content))
        except orjson.JSONDecodeError as error:
            raise SignInRefused(Refusal.AWAY, "the answer is not JSON") from error
        if not isinstance(document, dict):
            raise SignInRefused(Refusal.AWAY, "the answer is not an object")
        return document  # pyright: ignore[reportUnknownVariableType] (JSON objects have text keys; values are checked where used)


def _challenge(verifier: str) -> str:
    return f"{create_s256_code_challenge(verifier)}"


def _verified(token: str, keys: Document) -> Document:
    read = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=ALGORITHMS)  # pyright: ignore[reportArgumentType] (a wrong document is refused by the library)
    if "kid" not in read.header and len(keys["keys"]) > 1:
        raise ValueError("the token does not say which key signed it")
    return read.claims


def _check(claims: Document, client: Client, flow: Flow, *, now: datetime) -> None:
    """Refuse a token that is not from there, not for us, not for this flow, or not of now.

    Source: OpenID Connect Core 1.0, section 3.1.3.7.
    """
    at = int(now.timestamp())
    issued, expires, audience = claims.get("iat"), claims.get("exp"), claims.get("aud")
    audiences = _AUDIENCES.validate_python(audience if isinstance(audience, list) else [audience])
    wrong = {
        "iss": claims.get("iss") != client.issuer,
        "aud": client.client_id not in audiences,
        "azp": claims.get("azp", client.client_id) != client.client_id
        or (len(audiences) > 1 and "azp" not in claims),
        "exp": type(expires) is not int or expires + CLOCK_APART_MAX_S <= at,
        "iat": type(issued) is not int
        or not at - TOKEN_AGE_MAX_S <= issued <= at + CLOCK_APART_MAX_S,
        "nonce": not hmac.compare_digest(str(claims.get("nonce")).encode(), flow.nonce.encode()),
    }
    found = [name for name, is_wrong in wrong.items() if is_wrong]
    if found:
        raise SignInRefused(Refusal.NOT_BELIEVED, f"id token: {', '.join(found)}")


def _person(claims: Document, client: Client) -> str:
    level, personal_id = claims.get(client.level_claim), claims.get(client.id_claim)
    if isinstance(level, str) and level.isascii() and level.isdigit():
        level = int(level)
    if type(level) is not int or level < LEVEL_LEAST:
        raise SignInRefused(Refusal.LEVEL_TOO_LOW, "the level is too low")
    if not isinstance(personal_id, str) or not _PERSONAL_ID.fullmatch(personal_id):
        raise SignInRefused(Refusal.NOT_BELIEVED, "no personal id")
    return personal_id
