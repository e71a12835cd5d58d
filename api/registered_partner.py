"""Partners as they are registered: who may call, with which keys, and what they must show."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from payments.errors import InputRefused

NAME_SHAPE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
REQUESTS_PER_MINUTE: Final = 600
REQUESTS_PER_MINUTE_MAX: Final = 1_000_000
LIVE_KEYS_MAX: Final = 10
"""Keys one partner may use at a time: two of each sort while one follows another."""
LISTED_MAX: Final = 10
_FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


class Sort(enum.StrEnum):
    """What a partner is."""

    PORTAL = "portal"
    AUTHORITY = "authority"
    APPLICATION = "application"


class Algorithm(enum.StrEnum):
    """How a partner may sign its requests."""

    ED25519 = "ed25519"
    HMAC_SHA256 = "hmac-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """One partner; `name` is what payments and authorities know it by.

    `return_origins` are where payers may be sent back to, such as `https://portal.example.vn`.
    `certificates` are SHA-256 fingerprints in lower case; with any, one of them must be shown.
    """

    name: str
    sort: Sort
    return_origins: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    must_sign: bool = False
    requests_per_minute_max: int = REQUESTS_PER_MINUTE


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerKey:
    """One key of a partner, as it is kept: nothing leads back from the digest to the key."""

    key_id: str
    partner: str
    digest: bytes = field(repr=False)
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Say whether it opens anything."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """What checks a partner's signatures: 32 bytes of a public key, or the secret both hold."""

    key_id: str
    partner: str
    algorithm: Algorithm
    material: bytes = field(repr=False)
    added_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Say whether what it signs is believed."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is speaking: a partner, by one of its keys."""

    partner: Partner
    key: PartnerKey
    signing_keys: Mapping[str, SigningKey]


def check_partner(partner: Partner, *, is_sandbox: bool) -> None:
    """Refuse a partner that cannot be right; plain http is for the sandbox only.

    Raises:
        InputRefused: naming the field.
    """
    if not NAME_SHAPE.fullmatch(partner.name):
        raise InputRefused(field="name", reason="has 1 to 40 letters, digits, points and dashes")
    if not 0 < partner.requests_per_minute_max <= REQUESTS_PER_MINUTE_MAX:
        reason = f"is between 1 and {REQUESTS_PER_MINUTE_MAX}"
        raise InputRefused(field="requests_per_minute_max", reason=reason)
    if not all(_is_origin(each, is_sandbox=is_sandbox) for each in partner.return_origins):
        reason = "is like https://portal.example.vn, without path"
        raise InputRefused(field="return_origins", reason=reason)
    if not all(map(_FINGERPRINT.fullmatch, partner.certificates)):
        raise InputRefused(field="certificates", reason="has 64 hexadecimal digits (SHA-256)")
    for field_, listed in (
        ("return_origins", partner.return_origins),
        ("certificates", partner.certificates),
    ):
        if len(listed) > LISTED_MAX:
            raise InputRefused(field=field_, reason=f"are at most {LISTED_MAX}")


def _is_origin(text: str, *, is_sandbox: bool) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    schemes = ("https", "http") if is_sandbox else ("https",)
    written = f"{parts.scheme}://{parts.hostname}" + ("" if port is None else f":{port}")
    return parts.scheme in schemes and bool(parts.hostname) and text == written
