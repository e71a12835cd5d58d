"""Personal data sealed for one row, and found without being read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.personal_data import (
    INDEX_BYTES,
    PersonalDataKeys,
    blind_index,
    blind_indexes,
    is_among,
    key_id_of,
    person_index,
    person_indexes,
    seal,
    unseal,
)

KEYS = PersonalDataKeys(key_id="k2", encryption_key=b"2" * 32, index_key=b"i" * 32)
PERSON = {"name": "Nguyễn Văn An", "plate": "59A-123.21"}
SEALED = seal(KEYS, PERSON, place="payments.obligation/sealed/1", nonce=b"n" * 12)


def test_what_was_sealed_opens_in_its_place():
    assert unseal(KEYS, SEALED, place="payments.obligation/sealed/1") == PERSON
    assert b"Nguy" not in SEALED


def test_what_was_sealed_opens_nowhere_else():
    with pytest.raises(ValueError, match="another row"):
        unseal(KEYS, SEALED, place="payments.obligation/sealed/2")


@pytest.mark.parametrize("at", range(len(SEALED)))
def test_not_one_byte_can_be_changed(at: int):
    altered = SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
    with pytest.raises(ValueError, match="personal data"):
        unseal(KEYS, altered, place="payments.obligation/sealed/1")


@pytest.mark.parametrize("length", range(len(SEALED)))
def test_a_cut_seal_does_not_open(length: int):
    with pytest.raises(ValueError, match="personal data"):
        unseal(KEYS, SEALED[:length], place="payments.obligation/sealed/1")


def test_a_retired_key_still_opens_and_the_new_one_seals():
    rotated = PersonalDataKeys(
        key_id="k3",
        encryption_key=b"3" * 32,
        index_key=b"i" * 32,
        retired_keys={"k2": b"2" * 32},
    )
    assert unseal(rotated, SEALED, place="payments.obligation/sealed/1") == PERSON
    again = seal(rotated, PERSON, place="x", nonce=b"n" * 12)
    with pytest.raises(ValueError, match="not known"):
        unseal(KEYS, again, place="x")


def test_keys_never_show_themselves():
    assert "k2" in repr(KEYS)
    assert "2222" not in repr(KEYS) + str(KEYS) + f"{KEYS}"
    assert "iiii" not in repr(KEYS)


@pytest.mark.parametrize(
    ("key_id", "encryption_key", "index_key", "retired"),
    [
        ("k", b"1" * 31, b"i" * 32, {}),
        ("k", b"1" * 32, b"i" * 16, {}),
        ("k", b"1" * 32, b"i" * 32, {"k": b"1" * 32}),
        ("k", b"1" * 32, b"i" * 32, {"old": b"1"}),
        ("", b"1" * 32, b"i" * 32, {}),
        ("khóa", b"1" * 32, b"i" * 32, {}),
    ],
)
def test_keys_that_cannot_work_are_refused(
    key_id: str, encryption_key: bytes, index_key: bytes, retired: dict[str, bytes]
):
    with pytest.raises(ValueError, match="key"):
        PersonalDataKeys(
            key_id=key_id,
            encryption_key=encryption_key,
            index_key=index_key,
            retired_keys=retired,
        )


def test_a_nonce_has_its_length():
    with pytest.raises(ValueError, match="nonce"):
        seal(KEYS, PERSON, place="x", nonce=b"")


def test_the_index_finds_a_subject_under_its_number_only():
    index = blind_index(KEYS, number="12/QD", subject="59A12321")
    assert len(index) == INDEX_BYTES
    assert index == blind_index(KEYS, number="12/QD", subject="59A12321")
    others = [
        blind_index(KEYS, number="13/QD", subject="59A12321"),
        blind_index(KEYS, number="12/QD", subject="59A12322"),
        blind_index(
            PersonalDataKeys(key_id="k2", encryption_key=b"2" * 32, index_key=b"j" * 32),
            number="12/QD",
            subject="59A12321",
        ),
    ]
    assert index not in others
    assert len(set(others)) == len(others)
    assert blind_index(KEYS, number="1:2", subject="3") != blind_index(
        KEYS, number="1", subject="2:3"
    )


@given(st.dictionaries(st.text(), st.text(), max_size=5), st.text())
def test_any_fields_come_back_as_they_were(fields: dict[str, str], place: str):
    sealed = seal(KEYS, fields, place=place, nonce=b"n" * 12)
    assert unseal(KEYS, sealed, place=place) == fields


def test_rows_under_an_index_key_of_before_or_after_are_found():
    before = PersonalDataKeys(key_id="k1", encryption_key=b"1" * 32, index_key=b"i" * 32)
    after = PersonalDataKeys(
        key_id="k2", encryption_key=b"2" * 32, index_key=b"j" * 32, other_index_keys=(b"i" * 32,)
    )
    for keys in (before, after):
        assert blind_index(keys, number="1", subject="x") in blind_indexes(
            after, number="1", subject="x"
        )
        assert person_index(keys, personal_id="1") in person_indexes(after, personal_id="1")
    assert is_among(blind_index(before, number="1", subject="x"), [b"", b"x" * 16]) is False
    assert is_among(None, blind_indexes(after, number="1", subject="x")) is False
    assert is_among(b"x" * 16, [b"y" * 16, b"x" * 16, b"z" * 16])


def test_a_seal_names_its_key():
    assert key_id_of(SEALED) == "k2"
    assert key_id_of(b"") == ""
