"""A partner's key as text: `sb_<id>_<secret and check>`, or `live_...`.

The id is public and finds the key; the secret is 32 random bytes; the check is a CRC over all that
stands before it, so that a typing error is seen, and a leaked key found in a text by its shape,
before any database is asked. Only the SHA-256 of the whole text is kept.
"""

import hashlib
import re
import string
import zlib
from dataclasses import dataclass, field
from typing import Final

SANDBOX: Final = "sb"
LIVE: Final = "live"
ID_SIGNS: Final = 12
SECRET_BYTES: Final = 32

_SIGNS: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_SIGNS: Final = 43
_CHECK_SIGNS: Final = 6
_SHAPE: Final = re.compile(
    f"({SANDBOX}|{LIVE})_([0-9A-Za-z]{{{ID_SIGNS}}})_[0-9A-Za-z]{{{_SECRET_SIGNS + _CHECK_SIGNS}}}"
)


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A key somebody showed, and no more of it than is needed to compare."""

    key_id: str
    digest: bytes = field(repr=False)


def environment_of(*, is_sandbox: bool) -> str:
    """Return what the keys of a system begin with: those of the other sort cannot be used there."""
    return SANDBOX if is_sandbox else LIVE


def key_text(environment: str, *, id_bytes: bytes, secret: bytes) -> str:
    """Return the key made of random bytes: at least 9 for the id, 32 for the secret."""
    assert len(id_bytes) >= 9, "an id is random enough never to come twice"
    assert len(secret) == SECRET_BYTES, "a secret is too random to guess"
    body = f"{environment}_{_in_signs(id_bytes, ID_SIGNS)}_{_in_signs(secret, _SECRET_SIGNS)}"
    return body + _check(body)


def read_key(text: str, *, environment: str) -> ShownKey | None:
    """Return what a text shows, None when it can be no key of this environment."""
    found = _SHAPE.fullmatch(text)
    body, check = text[:-_CHECK_SIGNS], text[-_CHECK_SIGNS:]
    if found is None or found[1] != environment or check != _check(body):
        return None
    return ShownKey(found[2], digest_of(text))


def digest_of(text: str) -> bytes:
    """Return what is kept of a key: random enough that no slow hash is needed."""
    return hashlib.sha256(text.encode()).digest()


def _check(body: str) -> str:
    return _in_signs(zlib.crc32(body.encode()).to_bytes(4, "big"), _CHECK_SIGNS)


def _in_signs(value: bytes, length: int) -> str:
    """Return bytes in digits and letters, the last `length` of them."""
    left = int.from_bytes(value, "big")
    signs = ""
    for _ in range(length):
        left, place = divmod(left, len(_SIGNS))
        signs = _SIGNS[place] + signs
    return signs
