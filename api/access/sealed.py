"""Words we hand to a browser and want back unread and unchanged: encrypted, signed, timed."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from cryptography.fernet import Fernet, InvalidToken

from api.settings import Settings

SKEW_S: Final = 300
"""How far the clock of the process that sealed may be ahead of the one that opens."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals for one purpose: what was sealed for another does not open here."""

    key: bytes
    age_max_s: int

    def close(self, words: Mapping[str, str], *, now: datetime) -> str:
        """Return the words as one opaque text for a cookie or a form."""
        return Fernet(self.key).encrypt_at_time(orjson.dumps(words), _seconds(now)).decode()

    def open(self, text: str, *, now: datetime) -> Mapping[str, str] | None:
        """Return the words, or None when the text is not ours, changed or too old."""
        try:
            # Opened that much later, and for that much longer: only what is ahead is forgiven.
            opened = Fernet(self.key).decrypt_at_time(
                text, self.age_max_s + SKEW_S, _seconds(now) + SKEW_S
            )
        except (InvalidToken, ValueError):
            return None
        words: dict[str, str] = orjson.loads(opened)
        return words


def seal_for(settings: Settings, purpose: str, *, age_max_s: int) -> Seal:
    """Return the seal for one purpose, its key derived from the one secret of this process."""
    secret = bytes.fromhex(settings.secret_key.get_secret_value())
    key = hmac.digest(secret, b"seal:" + purpose.encode(), "sha256")
    return Seal(base64.urlsafe_b64encode(key), age_max_s)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
