"""What checks a partner's signatures: a public key as it is, a secret only sealed."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.access.known_keys import place_of
from api.add_signing_key import add_hmac_key, add_public_key
from api.postgres import partner_rows
from api.registered_partner import LIVE_KEYS_MAX
from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.personal_data import unseal
from tests.api.conftest import NOON, PORTAL
from tests.payments.scene import KEYS

PUBLIC = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture(autouse=True)
def portal(tx: Tx) -> None:
    """Register the portal."""
    partner_rows.insert_partner(tx, PORTAL, now=NOON)


def test_a_public_key_is_kept_as_its_32_bytes(tx: Tx) -> None:
    key_id = add_public_key(tx, "portal", pem=PEM, now=NOON)
    (kept,) = partner_rows.signing_keys_of(tx, "portal")
    assert (kept.key_id, kept.material) == (key_id, PUBLIC.public_bytes_raw())


def test_a_secret_is_told_once_and_kept_sealed(tx: Tx) -> None:
    key_id, secret = add_hmac_key(tx, "portal", keys=KEYS, now=NOON)
    (kept,) = partner_rows.signing_keys_of(tx, "portal")
    assert bytes.fromhex(secret) not in kept.material
    assert unseal(KEYS, kept.material, place=place_of(key_id)) == {"secret": secret}


def test_what_cannot_be_added_is_refused(tx: Tx) -> None:
    with pytest.raises(InputRefused, match="PEM"):
        add_public_key(tx, "portal", pem=b"", now=NOON)
    with pytest.raises(InputRefused, match="registered"):
        add_public_key(tx, "nobody", pem=PEM, now=NOON)
    with pytest.raises(InputRefused, match="past"):
        add_hmac_key(tx, "portal", keys=KEYS, now=NOON, expires_at=NOON - timedelta(days=1))
    for _ in range(LIVE_KEYS_MAX):
        add_public_key(tx, "portal", pem=PEM, now=NOON)
    with pytest.raises(InputRefused, match="revoke one"):
        add_public_key(tx, "portal", pem=PEM, now=NOON)
