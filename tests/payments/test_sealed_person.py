"""What is sealed of a person: the fields, and a second fact only where none of them holds it."""

import pytest

from payments.personal_data import PersonalDataKeys, blind_index
from payments.sealed_person import personal_of, subject_of, subjects_of, to_seal

OLD = PersonalDataKeys(key_id="k1", encryption_key=b"1" * 32, index_key=b"i" * 32)
BOTH = PersonalDataKeys(
    key_id="k2", encryption_key=b"2" * 32, index_key=b"j" * 32, other_index_keys=(b"i" * 32,)
)
PERSON = {"name": "Nguyễn Văn An", "plate": "59A-123.21", "personal_id": "001 090 012 345"}


@pytest.mark.parametrize("subject", ["", "59A12321", "2345", "001090012345"])
def test_a_second_fact_that_stands_in_a_field_is_not_sealed_twice(subject: str):
    assert to_seal(PERSON, subject=subject) == PERSON


@pytest.mark.parametrize("subject", ["30A99999", "9999", "345"])
def test_any_other_second_fact_is_sealed_beside_the_fields(subject: str):
    sealed = to_seal(PERSON, subject=subject)
    assert personal_of(sealed) == PERSON
    assert subjects_of(sealed)[0] == subject


@pytest.mark.parametrize("keys", [OLD, BOTH])
@pytest.mark.parametrize("subject", ["59A12321", "2345", "30A99999"])
def test_the_second_fact_of_an_index_under_any_key_is_found(keys: PersonalDataKeys, subject: str):
    sealed = to_seal(PERSON, subject=subject)
    for made in (OLD, keys):
        index = blind_index(made, number="1", subject=subject)
        assert subject_of(keys, sealed, number="1", index=index) == subject
        assert subject_of(keys, sealed, number="2", index=index) == ""
    assert subject_of(keys, sealed, number="1", index=None) == ""
