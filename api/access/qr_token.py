"""The code on a paper decision: a short signed word that opens this obligation and no other.

It holds what is printed beside it (who decided, kind, number), no personal data, and never expires:
what it opens is decided when it is opened.
"""

import base64
import binascii
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import segno

from api.settings import Settings
from payments.obligation import normalised_number

TOKEN_MAX: Final = 300
MARK_BYTES: Final = 16

_PURPOSE: Final = b"paper:"
_PARTS: Final = 3


class NoQrKey(Exception):
    """No key marks the codes of papers here: none can be made."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper decision is known by."""

    provider: str
    kind: str
    number: str


def qr_token(settings: Settings, paper: Paper) -> str:
    """Return the word that opens a paper: key id, what it says, and its mark.

    Raises:
        NoQrKey: no key is set.
    """
    keys = _keys(settings)
    if settings.qr_key is None:
        raise NoQrKey
    said = "\n".join((paper.provider, paper.kind, normalised_number(paper.number))).encode()
    mark = _mark(keys[settings.qr_key_id], said)
    return settings.qr_key_id + base64.urlsafe_b64encode(mark + said).rstrip(b"=").decode()


def read_qr_token(settings: Settings, token: str) -> Paper | None:
    """Return the paper a word opens, None when it is not a word of ours to the last bit."""
    key = _keys(settings).get(token[:1])
    if key is None or len(token) > TOKEN_MAX:
        return None
    body = token[1:]
    try:
        whole = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # Base 64 has spare bits at its end; only one spelling is ours.
    is_ours = base64.urlsafe_b64encode(whole).rstrip(b"=").decode() == body
    mark, said = whole[:MARK_BYTES], whole[MARK_BYTES:]
    if not is_ours or not hmac.compare_digest(mark, _mark(key, said)):
        return None
    return Paper(*said.decode().split("\n", _PARTS - 1))


def qr_address(settings: Settings, paper: Paper) -> str:
    """Return the address the code on a paper holds.

    Raises:
        NoQrKey: no key is set.
    """
    return f"{settings.citizen_url}/q/{qr_token(settings, paper)}"


def qr_code(address: str) -> segno.QRCode:
    """Return the code to print; a quarter of it may be soiled."""
    return segno.make_qr(address, error="q")


def _keys(settings: Settings) -> Mapping[str, bytes]:
    now = {} if settings.qr_key is None else {settings.qr_key_id: settings.qr_key}
    every = {**settings.qr_retired_keys, **now}
    return {key_id: bytes.fromhex(key.get_secret_value()) for key_id, key in every.items()}


def _mark(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, _PURPOSE + said, "sha256")[:MARK_BYTES]
