"""Keys from settings: what signs proofs and seals, what hides personal data."""

from collections.abc import Mapping

from pydantic import SecretStr

from api.settings import PREFIX, Settings, SettingsWrong
from ledger.seal import SealKey
from payments.acknowledgement import Ed25519Signer
from payments.personal_data import PersonalDataKeys


def signer_of(settings: Settings) -> Ed25519Signer:
    """Return what signs acknowledgements; its key id comes from the public key itself."""
    return Ed25519Signer(_bytes(settings.signing_key))


def public_keys_of(settings: Settings) -> Mapping[str, bytes]:
    """Return the keys acknowledgements may be signed with, by key id."""
    signer = signer_of(settings)
    return {signer.key_id: signer.public_key}


def seal_key_of(settings: Settings) -> SealKey:
    """Return what signs the seals of closed days.

    Raises:
        SettingsWrong: the key is not set; only processes that close days are given it.
    """
    if settings.seal_key is None:
        raise SettingsWrong(f"setting {PREFIX}SEAL_KEY: who closes days needs it")
    return SealKey(settings.seal_origin, _bytes(settings.seal_key))


def personal_keys_of(settings: Settings) -> PersonalDataKeys:
    """Return the keys personal data is encrypted and found with."""
    return PersonalDataKeys(
        key_id=settings.personal_key_id,
        encryption_key=_bytes(settings.personal_key),
        index_key=_bytes(settings.personal_index_key),
    )


def _bytes(secret: SecretStr) -> bytes:
    return bytes.fromhex(secret.get_secret_value())
