"""A row under the current keys: the same said, nothing lost, and what nobody knows left alone."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from payments.personal_data import (
    PersonalDataKeys,
    blind_index,
    key_id_of,
    person_index,
    seal,
    unseal,
)
from payments.sealed_person import to_seal
from payments.sealed_row import SealedRow, sealed_anew
from payments.watch import ADDRESS

OLD = PersonalDataKeys(key_id="k1", encryption_key=b"1" * 32, index_key=b"i" * 32)
NEW = PersonalDataKeys(
    key_id="k2",
    encryption_key=b"2" * 32,
    index_key=b"j" * 32,
    retired_keys={"k1": b"1" * 32},
    other_index_keys=(b"i" * 32,),
)
PERSON = {"name": "Nguyễn Văn An", "plate": "59A-123.21", "personal_id": "001090012345"}
NONCE = b"m" * 12


def row(keys: PersonalDataKeys, *, subject: str = "59A12321") -> SealedRow:
    sealing = to_seal(PERSON, subject=subject)
    return SealedRow(
        key=(1,),
        place="here",
        sealed=seal(keys, sealing, place="here", nonce=b"n" * 12),
        number="7/QĐ",
        version=1,
        indexes={
            "subject_index": blind_index(keys, number="7/QĐ", subject=subject),
            "other_index": blind_index(keys, number="7/QĐ", subject="2345"),
            "person_index": person_index(keys, personal_id="001090012345"),
        },
    )


@given(subject=st.text(st.sampled_from("0123456789ABC"), min_size=4, max_size=12))
def test_whatever_the_second_fact_a_row_moves_whole_and_stays_there(subject: str):
    before = row(OLD, subject=subject)
    anew = sealed_anew(before, keys=NEW, nonce=NONCE)
    assert anew.indexes == row(NEW, subject=subject).indexes
    assert anew.moved == before.indexes.keys()
    assert anew.sealed is not None
    assert key_id_of(anew.sealed) == "k2"
    assert unseal(NEW, anew.sealed, place="here") == to_seal(PERSON, subject=subject)
    again = replace(before, sealed=anew.sealed, indexes=anew.indexes)
    assert not sealed_anew(again, keys=NEW, nonce=NONCE).is_changed


def test_indexes_move_though_the_seal_stays():
    only_index = replace(OLD, index_key=b"j" * 32, other_index_keys=(b"i" * 32,))
    anew = sealed_anew(row(OLD), keys=only_index, nonce=NONCE)
    assert anew.sealed == row(OLD).sealed
    assert anew.is_changed
    assert anew.indexes == row(NEW).indexes


def test_an_index_that_no_key_makes_of_what_is_sealed_stays():
    odd = replace(row(OLD), indexes={"subject_index": b"?" * 16})
    anew = sealed_anew(odd, keys=NEW, nonce=NONCE)
    assert (anew.indexes, anew.unexplained) == (odd.indexes, {"subject_index"})
    without_seal = replace(row(OLD), sealed=None)
    assert (
        sealed_anew(without_seal, keys=NEW, nonce=NONCE).unexplained == without_seal.indexes.keys()
    )


def test_what_does_not_open_stays_as_it_is():
    elsewhere = replace(row(OLD), place="there")
    anew = sealed_anew(elsewhere, keys=NEW, nonce=NONCE)
    assert not anew.is_open
    assert not anew.is_changed
    assert anew.sealed == elsewhere.sealed


def test_a_watch_moves_with_what_was_sealed_in_it():
    left = {"address": "An@example.vn", "language": "vi", "subject": "59A12321"}

    def watch(keys: PersonalDataKeys, said: dict[str, str]) -> SealedRow:
        return SealedRow(
            key=(1,),
            place="w",
            sealed=seal(keys, said, place="w", nonce=NONCE),
            number="7/QĐ",
            indexes={
                "fact_index": blind_index(keys, number="7/QĐ", subject="59A12321"),
                "address_index": blind_index(keys, number=ADDRESS, subject="an@example.vn"),
            },
        )

    anew = sealed_anew(watch(OLD, left), keys=NEW, nonce=NONCE)
    assert anew.indexes == watch(NEW, left).indexes
    del left["subject"]  # As watches were kept before their fact was sealed as well.
    assert sealed_anew(watch(OLD, left), keys=NEW, nonce=NONCE).unexplained == {"fact_index"}
