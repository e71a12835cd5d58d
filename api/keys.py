"""Keys from settings: what signs proofs and seals, what hides personal data."""

from collections.abc import Mapping

from pydantic import SecretStr

from api.settings import PREFIX, Settings, SettingsWrong
from ledger.seal import SealKey
from payments.acknowledgement import Ed25519Signer, signing_key_id
from payments.personal_data import PersonalDataKeys


def signer_of(settings: Settings) -> Ed25519Signer:
    """Return what signs acknowledgements; its key id comes from the public key itself."""
    return Ed25519Signer(_bytes(settings.signing_key))


def public_keys_of(settings: Settings) -> Mapping[str, bytes]:
    """Return the keys acknowledgements may be signed with, by key id.

    Those of before are among them, for proofs last; and the next one, for it signs in one process
    before it does in another.
    """
    signer = signer_of(settings)
    others = map(bytes.fromhex, settings.signing_other_public_keys)
    return {signing_key_id(key): key for key in (signer.public_key, *others)}


def seal_key_of(settings: Settings) -> SealKey:
    """Return what signs the seals of closed days.

    Raises:
        SettingsWrong: the key is not set; only processes that close days are given it.
    """
    if settings.seal_key is None:
        raise SettingsWrong(f"setting {PREFIX}SEAL_KEY: who closes days needs it")
    return SealKey(settings.seal_origin, _bytes(settings.seal_key))


def personal_keys_of(settings: Settings) -> PersonalDataKeys:
    """Return the keys personal data is encrypted and found with.

    Raises:
        SettingsWrong: one key id stands for two keys.
    """
    try:
        return PersonalDataKeys(
            key_id=settings.personal_key_id,
            encryption_key=_bytes(settings.personal_key),
            index_key=_bytes(settings.personal_index_key),
            retired_keys={
                key_id: _bytes(key) for key_id, key in settings.personal_other_keys.items()
            },
            other_index_keys=tuple(map(_bytes, settings.personal_other_index_keys)),
        )
    except ValueError as problem:
        raise SettingsWrong(f"setting {PREFIX}PERSONAL_OTHER_KEYS: {problem}") from problem


def _bytes(secret: SecretStr) -> bytes:
    return bytes.fromhex(secret.get_secret_value())
