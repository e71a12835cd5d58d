"""Work a browser does before it may look up once more: it makes bulk use dear, nothing else.

The browser tries whole numbers from 0 until one, run through PBKDF2, gives the wanted bytes. We
know the number beforehand, so checking costs a comparison.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from api.access.sealed import Seal, seal_for
from api.access.tries import Limit
from api.settings import Settings

ROUNDS: Final = 2_000
"""Of PBKDF2-HMAC-SHA256 for one number."""
AGE_MAX_S: Final = 1_800
_SALT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Work:
    """What a browser is given to do; `sealed` comes back with the number it found."""

    sealed: str
    salt: str
    wanted: str
    rounds: int
    tries_max: int


def give_work(settings: Settings, *, visitor: str, factor: int, now: datetime) -> Work:
    """Return work for one visitor, `factor` times what is usual."""
    tries_max = settings.look_up_work * factor
    salt = secrets.token_bytes(_SALT_BYTES)
    number = str(secrets.randbelow(tries_max))
    wanted = hashlib.pbkdf2_hmac("sha256", number.encode(), salt, ROUNDS)
    words = {"visitor": visitor, "salt": salt.hex(), "number": number.rjust(8)}
    return Work(
        sealed=_seal(settings).close(words, now=now),
        salt=salt.hex(),
        wanted=wanted.hex(),
        rounds=ROUNDS,
        tries_max=tries_max,
    )


def work_done(
    settings: Settings, sealed: str, *, number: str, visitor: str, now: datetime
) -> Limit | None:
    """Return what counts this work as used, None when it was not done, not theirs or is too old."""
    words = _seal(settings).open(sealed, now=now)
    if words is None or words["visitor"] != visitor:
        return None
    if not hmac.compare_digest(words["number"].encode(), number.rjust(8).encode()):
        return None
    return Limit(("work", words["salt"]), 1, timedelta(seconds=AGE_MAX_S))


def _seal(settings: Settings) -> Seal:
    return seal_for(settings, "work", age_max_s=AGE_MAX_S)
