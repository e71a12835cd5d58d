"""Keys from settings."""

from api.house import House
from api.keys import personal_keys_of, public_keys_of, seal_key_of, signer_of
from payments.personal_data import seal, unseal


def test_the_published_key_is_the_one_that_signs(house: House) -> None:
    signer = signer_of(house.settings)
    assert public_keys_of(house.settings) == {signer.key_id: signer.public_key}


def test_seals_are_signed_with_a_key_of_their_own(house: House) -> None:
    verifier = seal_key_of(house.settings).verifier
    assert verifier.name == "clearing"
    assert verifier.public_key not in public_keys_of(house.settings).values()


def test_personal_data_sealed_by_one_process_opens_in_another(house: House) -> None:
    sealed = seal(
        personal_keys_of(house.settings), {"plate": "30A-123.45"}, place="x", nonce=b"0" * 12
    )
    assert unseal(personal_keys_of(house.settings), sealed, place="x") == {"plate": "30A-123.45"}
