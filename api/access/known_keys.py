"""Whose key was shown: the register, remembered for a moment in each process.

What was found is believed for `KNOWN_MS`, so a request costs no statement and a key that was
revoked is refused everywhere within that time. What was not found is remembered as long, within
bounds, so that asking for nobody's key again and again costs nothing either.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from api import clock
from api.access.key_text import ShownKey
from api.house import House
from api.postgres import partner_rows
from api.registered_partner import Algorithm, Caller, SigningKey
from ledger.postgres.transaction import Tx
from payments.personal_data import PersonalDataKeys, unseal

KNOWN_MS: Final = 2_000
REMEMBERED_MAX: Final = 10_000
USED_EVERY: Final = timedelta(hours=1)
"""How exactly it is noted when a key was last used."""

_NOBODY: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Known:
    """What the register says of a key id; the caller is None when there is no such key."""

    caller: Caller | None
    until_ms: int


class KnownKeys:
    """The keys of partners, as far as somebody asked lately."""

    def __init__(
        self, house: House, *, monotonic_ms: Callable[[], int] = clock.monotonic_ms
    ) -> None:
        """Begin knowing nobody."""
        self._house = house
        self._monotonic_ms = monotonic_ms
        self._lock = Lock()
        self._known: dict[str, Known] = {}

    def at_hand(self, shown: ShownKey) -> Known | None:
        """Return what is remembered of a key, None when the register must be asked."""
        known = self._known.get(shown.key_id)
        return known if known is not None and self._monotonic_ms() < known.until_ms else None

    def ask(self, shown: ShownKey) -> Known:
        """Ask the register, unless somebody else did meanwhile.

        Raises:
            BookUnreachable: the database is away.
        """
        known = self.at_hand(shown)
        if known is not None:
            return known
        now = self._house.clock()
        with self._house.open_tx() as tx:
            caller = _opened(partner_rows.caller_by_key(tx, shown.key_id), self._house)
            if caller is not None and owner(caller, shown, now=now) is not None:
                _note_used(tx, caller, now=now)
        known = Known(caller, self._monotonic_ms() + KNOWN_MS)
        with self._lock:
            if len(self._known) >= REMEMBERED_MAX:
                self._forget()
            self._known[shown.key_id] = known
        return known

    def _forget(self) -> None:
        """Make room: what is too old first, then everything."""
        now_ms = self._monotonic_ms()
        self._known = {name: each for name, each in self._known.items() if now_ms < each.until_ms}
        if len(self._known) >= REMEMBERED_MAX:
            self._known = {}


def owner(caller: Caller | None, shown: ShownKey, *, now: datetime) -> Caller | None:
    """Return the caller if this is its key and still opens something, None otherwise."""
    # Compared for nobody too, so that time does not tell an id that exists from one that does not.
    is_right = hmac.compare_digest(shown.digest, _NOBODY if caller is None else caller.key.digest)
    return caller if caller is not None and is_right and caller.key.is_live(now) else None


def place_of(key_id: str) -> str:
    """Return where the secret of a signing key is sealed."""
    return f"api.partner_signing_key.sealed:{key_id}"


def _opened(caller: Caller | None, house: House) -> Caller | None:
    if caller is None:
        return None
    keys = house.personal_keys
    opened = {name: _with_secret(each, keys) for name, each in caller.signing_keys.items()}
    return replace(caller, signing_keys=opened)


def _with_secret(key: SigningKey, keys: PersonalDataKeys) -> SigningKey:
    if key.algorithm is Algorithm.ED25519:
        return key
    secret = unseal(keys, key.material, place=place_of(key.key_id))["secret"]
    return replace(key, material=bytes.fromhex(secret))


def _note_used(tx: Tx, caller: Caller, *, now: datetime) -> None:
    before = caller.key.last_used_at
    if before is None or now - before >= USED_EVERY:
        partner_rows.note_used(tx, caller.key.key_id, now=now)
