"""Keys from settings."""

import pytest
from pydantic import SecretStr

from api.house import House
from api.keys import personal_keys_of, public_keys_of, seal_key_of, signer_of
from api.settings import SettingsWrong
from payments.acknowledgement import Ed25519Signer
from payments.personal_data import blind_index, blind_indexes, seal, unseal


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


def test_f50_what_the_key_before_and_the_next_one_signed_is_good_while_one_signs(
    house: House,
) -> None:
    before, following = Ed25519Signer(b"b" * 32), Ed25519Signer(b"n" * 32)
    others = (before.public_key.hex(), following.public_key.hex())
    settings = house.settings.model_copy(update={"signing_other_public_keys": others})
    current = signer_of(settings)
    assert public_keys_of(settings) == {
        each.key_id: each.public_key for each in (current, before, following)
    }


def test_f50_personal_keys_of_before_and_the_next_open_and_find(house: House) -> None:
    old = personal_keys_of(house.settings)
    rotated = house.settings.model_copy(
        update={
            "personal_key_id": "p2",
            "personal_key": SecretStr("66" * 32),
            "personal_index_key": SecretStr("77" * 32),
            "personal_other_keys": {"p1": house.settings.personal_key},
            "personal_other_index_keys": (house.settings.personal_index_key,),
        }
    )
    keys = personal_keys_of(rotated)
    sealed = seal(old, {"plate": "30A-123.45"}, place="x", nonce=b"0" * 12)
    assert unseal(keys, sealed, place="x") == {"plate": "30A-123.45"}
    assert blind_index(old, number="1", subject="x") in blind_indexes(keys, number="1", subject="x")


def test_one_key_id_for_two_keys_is_refused_by_the_name_of_the_setting(house: House) -> None:
    twice = {"personal_other_keys": {"p1": SecretStr("66" * 32)}}
    with pytest.raises(SettingsWrong, match=r"CLEARING_PERSONAL_OTHER_KEYS.*p1 is current"):
        personal_keys_of(house.settings.model_copy(update=twice))
