"""Register what checks a partner's signatures: its public key, or a secret both sides hold."""

import secrets
import string
from datetime import datetime
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from api.access.known_keys import place_of
from api.postgres import partner_rows
from api.registered_partner import LIVE_KEYS_MAX, Algorithm, SigningKey
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.personal_data import NONCE_BYTES, PersonalDataKeys, seal

SECRET_BYTES: Final = 32
_ID_SIGNS: Final = string.digits + string.ascii_letters
_ID_LENGTH: Final = 12


def add_public_key(
    tx: Tx, partner: str, *, pem: bytes, now: datetime, expires_at: datetime | None = None
) -> str:
    """Keep an Ed25519 public key and return its id.

    Raises:
        InputRefused: it is none, the partner is not registered, or has too many keys.
    """
    try:
        read = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputRefused(field="public_key", reason="is no PEM public key") from error
    if not isinstance(read, Ed25519PublicKey):
        raise InputRefused(field="public_key", reason="is not of Ed25519")
    key = _new(
        tx, partner, Algorithm.ED25519, read.public_bytes_raw(), now=now, expires_at=expires_at
    )
    partner_rows.insert_signing_key(tx, key, sealed=None)
    return key.key_id


def add_hmac_key(
    tx: Tx,
    partner: str,
    *,
    keys: PersonalDataKeys,
    now: datetime,
    expires_at: datetime | None = None,
) -> tuple[str, str]:
    """Draw a secret, keep it sealed, and return its id and, this once, its hexadecimal digits.

    Raises:
        InputRefused: the partner is not registered, or has too many keys.
    """
    secret = secrets.token_bytes(SECRET_BYTES)
    key = _new(tx, partner, Algorithm.HMAC_SHA256, secret, now=now, expires_at=expires_at)
    sealed = seal(
        keys,
        {"secret": secret.hex()},
        place=place_of(key.key_id),
        nonce=secrets.token_bytes(NONCE_BYTES),
    )
    partner_rows.insert_signing_key(tx, key, sealed=sealed)
    return key.key_id, secret.hex()


def _new(
    tx: Tx,
    partner: str,
    algorithm: Algorithm,
    material: bytes,
    *,
    now: datetime,
    expires_at: datetime | None,
) -> SigningKey:
    if partner_rows.partner_by_name(tx, partner, locked=True) is None:
        raise InputRefused(field="name", reason="is not registered")
    if expires_at is not None and expires_at <= now:
        raise InputRefused(field="expires", reason="is past")
    live = sum(each.is_live(now) for each in partner_rows.signing_keys_of(tx, partner))
    if live >= LIVE_KEYS_MAX:
        raise InputRefused(field="name", reason=f"has {LIVE_KEYS_MAX} keys already: revoke one")
    return SigningKey(
        key_id="".join(secrets.choice(_ID_SIGNS) for _ in range(_ID_LENGTH)),
        partner=partner,
        algorithm=algorithm,
        material=material,
        added_at=now,
        expires_at=expires_at,
    )
