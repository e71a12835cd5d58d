"""HMAC over given bytes, and a comparison that tells an attacker nothing."""

import hashlib
import hmac
from collections.abc import Iterable


def hmac_sha512_hex(text: bytes, *, secret: bytes) -> str:
    """Return the HMAC-SHA512 of `text` in lower-case hex."""
    return hmac.new(secret, text, hashlib.sha512).hexdigest()


def is_signed(text: bytes, *, signature: str, secrets: Iterable[bytes]) -> bool:
    """Say whether one of `secrets` made this hex signature, in either case of letters.

    Every secret is tried in full, so that time does not tell which one fits.
    """
    given = signature.encode("utf-8", "replace").lower()
    found = False
    for secret in secrets:
        wanted = hmac_sha512_hex(text, secret=secret).encode("ascii")
        found |= hmac.compare_digest(wanted, given)
    return found
