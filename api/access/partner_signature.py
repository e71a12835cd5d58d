"""Signatures of requests: that a partner said this, all of it, lately, and says it once.

Two forms. RFC 9421 with Ed25519 covers at least `@method`, `@authority`, `@target-uri` and, with a
body, `content-digest` (RFC 9530); its parameters are `created`, `nonce` and `keyid`. The simple one
is HMAC-SHA256 in one header,

    Clearing-Signature: keyid=<id>, created=<seconds>, nonce=<nonce>, hmac-sha256=<64 hex digits>

over these lines, each ended by one line feed, and then the bytes of the body:

    <created> / <nonce> / <METHOD> / <authority> / <path and query as sent>
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures.algorithms import ED25519  # pyright: ignore[reportPrivateImportUsage] (public there, without saying so to checkers)
from http_message_signatures.exceptions import HTTPMessageSignaturesException, InvalidSignature
from http_message_signatures.resolvers import HTTPSignatureKeyResolver
from http_message_signatures.signatures import HTTPMessageVerifier
from starlette.datastructures import Headers

from api.access.errors import SignatureRefused
from api.registered_partner import Algorithm, SigningKey

AGE_MAX: Final = timedelta(minutes=5)
AHEAD_MAX: Final = timedelta(minutes=1)
"""How far a partner's clock may be ahead of ours."""
COVERED: Final = ("@method", "@authority", "@target-uri")
SIMPLE: Final = "clearing-signature"

_RFC: Final = ("signature", "signature-input")
_NONCE: Final = re.compile(r"[!-~]{16,128}")
_SIMPLE_SHAPE: Final = re.compile(
    r"keyid=(?P<keyid>[0-9A-Za-z]{1,40}), ?created=(?P<created>[0-9]{1,12}),"
    r" ?nonce=(?P<nonce>[0-9A-Za-z_-]{16,128}), ?hmac-sha256=(?P<mac>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came: `authority` and `target` (path and query) to the byte."""

    method: str
    scheme: str
    authority: str
    target: str
    headers: Headers
    body: bytes

    @property
    def url(self) -> str:
        """Return the whole address that was asked."""
        return f"{self.scheme}://{self.authority}{self.target}"


@dataclass(frozen=True, slots=True)
class Signed:
    """What must not come again: this nonce with this key, until its signature is too old."""

    key_id: str
    nonce: str


def is_signed(headers: Headers) -> bool:
    """Say whether a request carries a signature of either form, complete or not."""
    return any(name in headers for name in (*_RFC, SIMPLE))


def check_signature(asked: Asked, keys: Mapping[str, SigningKey], *, now: datetime) -> Signed:
    """Return what a genuine signature may be used once by; `keys` are the partner's by their id.

    Raises:
        SignatureRefused: saying why.
    """
    if SIMPLE not in asked.headers:
        return _checked_rfc(asked, keys, now=now)
    if any(name in asked.headers for name in _RFC):
        raise _refused("has two forms at once")
    return _checked_simple(asked, keys, now=now)


def signed_bytes(asked: Asked, *, created: int, nonce: str) -> bytes:
    """Return what the simple form signs."""
    lines = (str(created), nonce, asked.method, asked.authority, asked.target)
    return "".join(f"{line}\n" for line in lines).encode("latin-1") + asked.body


def _checked_rfc(asked: Asked, keys: Mapping[str, SigningKey], *, now: datetime) -> Signed:
    verifier = _Verifier(keys, now=now)
    try:
        (result,) = verifier.verify(  # pyright: ignore[reportUnknownMemberType] (the library takes any message)
            asked, max_age=None, require_components=COVERED, body=asked.body
        )
    except HTTPMessageSignaturesException as error:
        raise _refused(f"does not hold: {error}"[:200]) from error
    nonce = result.nonce or ""
    if not _NONCE.fullmatch(nonce):
        raise _refused("has no nonce of 16 to 128 printable characters")
    return Signed(str(result.parameters["keyid"]), nonce)


def _checked_simple(asked: Asked, keys: Mapping[str, SigningKey], *, now: datetime) -> Signed:
    said = asked.headers.getlist(SIMPLE)
    found = _SIMPLE_SHAPE.fullmatch(said[0]) if len(said) == 1 else None
    if found is None:
        raise _refused("is not keyid=..., created=..., nonce=..., hmac-sha256=...")
    created, nonce = int(found["created"]), found["nonce"]
    why_not = _why_not_now(created, now=now)
    if why_not:
        raise _refused(why_not)
    key = _usable(keys, found["keyid"], Algorithm.HMAC_SHA256, now=now)
    # Computed for nobody's key too, so that time does not tell which ids there are.
    secret = key.material if key else b"nobody"
    mac = hmac.digest(secret, signed_bytes(asked, created=created, nonce=nonce), "sha256")
    if not hmac.compare_digest(mac, bytes.fromhex(found["mac"])) or key is None:
        raise _refused("does not hold")
    return Signed(key.key_id, nonce)


def _usable(
    keys: Mapping[str, SigningKey], key_id: str, algorithm: Algorithm, *, now: datetime
) -> SigningKey | None:
    key = keys.get(key_id)
    return key if key and key.algorithm is algorithm and key.is_live(now) else None


def _why_not_now(created: object, *, now: datetime) -> str:
    """Return why an instant in seconds is not now, '' when it is near enough."""
    if not isinstance(created, int):
        return "does not say when it was created"
    try:
        at = datetime.fromtimestamp(created, UTC)
    except (OverflowError, ValueError, OSError):
        return "was created at no instant"
    if at > now + AHEAD_MAX:
        return "was created later than now: set your clock"
    return "is older than five minutes" if at < now - AGE_MAX else ""


def _refused(reason: str) -> SignatureRefused:
    return SignatureRefused(field="signature", reason=reason)


class _Keys(HTTPSignatureKeyResolver):
    """The Ed25519 keys of one partner, as the library asks for them."""

    def __init__(self, keys: Mapping[str, SigningKey], *, now: datetime) -> None:
        self._keys = keys
        self._now = now

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey | None:
        key = _usable(self._keys, key_id, Algorithm.ED25519, now=self._now)
        return None if key is None else Ed25519PublicKey.from_public_bytes(key.material)


class _Verifier(HTTPMessageVerifier):
    """The library's check of a signature, by our clock instead of its own."""

    def __init__(self, keys: Mapping[str, SigningKey], *, now: datetime) -> None:
        super().__init__(signature_algorithm=ED25519, key_resolver=_Keys(keys, now=now))
        self._now = now

    def validate_created_and_expires(self, sig_input: Any, max_age: object = None) -> None:  # noqa: ANN401, ARG002 (the library's own shape)
        said: Mapping[str, object] = MappingProxyType(dict(sig_input.params))
        expires = said.get("expires")
        is_over = isinstance(expires, int) and expires < self._now.timestamp()
        why_not = _why_not_now(said.get("created"), now=self._now)
        if is_over or why_not:
            raise InvalidSignature(why_not or "has expired")
