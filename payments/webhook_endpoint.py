"""Where a client is told of its payments, and what deliveries there are signed with."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from payments.client_event import EventType
from payments.personal_data import PersonalDataKeys, seal, unseal

ENDPOINTS_MAX: Final = 10
DESCRIPTION_MAX: Final = 200
SECRET_BYTES: Final = 32
OVERLAP_MAX: Final = timedelta(days=7)
OVERLAP: Final = timedelta(hours=24)

DISABLED_BY_CLIENT: Final = "disabled_by_client"
GONE: Final = "gone"
"""Why an endpoint is told nothing: its client wants it so, or the address answered 410."""

_PREFIX: Final = "whsec_"
_FIELD: Final = "secret"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a client; no `types` means all of them.

    `failing_since` is when all tries began to fail, None while they do not.
    """

    endpoint_id: str
    client: str
    url: str
    types: tuple[EventType, ...]
    description: str
    is_enabled: bool
    disabled_reason: str
    disabled_at: datetime | None
    created_at: datetime
    changed_at: datetime
    failures: int = 0
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReplaySpan:
    """Which events to tell one endpoint again: those of a time span, or what it lacks of it.

    They are told by when they came to be; `until` itself is outside.
    """

    endpoint_id: str
    since: datetime
    until: datetime
    parked_only: bool


@dataclass(frozen=True, slots=True)
class DrawnSecret:
    """A secret freshly drawn: its bytes, what seals it, and the part of its place nobody had."""

    secret: bytes
    nonce: bytes
    place: str


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A secret as it is kept; `ends_at` is when it signs no more, None for the newest."""

    seal_place: str
    sealed: bytes
    ends_at: datetime | None


def secret_text(secret: bytes) -> str:
    """Return a secret as the client types it in.

    Source: Standard Webhooks specification, signature scheme (whsec_ and base64).
    """
    return _PREFIX + base64.b64encode(secret).decode()


def seal_secret(keys: PersonalDataKeys, drawn: DrawnSecret, *, endpoint_id: str) -> SealedSecret:
    """Return the secret readable only with the key, and only at this endpoint."""
    place = f"webhook_secret/{endpoint_id}/{drawn.place}"
    sealed = seal(keys, {_FIELD: secret_text(drawn.secret)}, place=place, nonce=drawn.nonce)
    return SealedSecret(place, sealed, ends_at=None)


def unseal_secret(keys: PersonalDataKeys, kept: SealedSecret) -> str:
    """Return the secret as text.

    Raises:
        ValueError: it was altered, moved from elsewhere, or sealed with an unknown key.
    """
    return unseal(keys, kept.sealed, place=kept.seal_place)[_FIELD]
