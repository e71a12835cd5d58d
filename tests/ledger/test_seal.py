"""Leaves, notes and proofs of the seal: the same bytes for ever, and signed by one key only."""

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.merkle import is_consistent, is_included, leaf_hash, root_of
from ledger.seal import (
    NO_ROOT,
    Leaf,
    Seal,
    SealedDay,
    SealKey,
    VerifierKey,
    consistency_proof,
    day_hashes,
    days_root_of,
    inclusion_proof,
    instant_text,
    row_leaf,
)

DAY = SealedDay(
    business_date=date(2026, 11, 20),
    sequence=17,
    previous_root=b"\x0a" * 32,
    entry_count=2,
    audit_count=1,
    audit_after=4,
    audit_through=9,
)
SEAL = Seal(
    DAY,
    root=b"\x0b" * 32,
    days_root=b"\x0c" * 32,
    sealed_at=datetime(2026, 11, 20, 19, 0, 1, 5, tzinfo=timezone(timedelta(hours=7))),
)
KEY = SealKey("clearing", b"s" * 32)
NOTE = KEY.note_of(SEAL)

# From the tests of golang.org/x/mod/sumdb/note, and the key of Go's own log.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
PETERS_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\u2014 PeterNeumann"
    " x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    "\n"
)
SUMDB = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"


def test_the_first_leaf_binds_the_day_to_its_counts_and_the_day_before():
    leaf = DAY.leaf
    assert leaf.name == "day"
    assert leaf.head == b"day 1\n2026-11-20\n17\n" + b"0a" * 32 + b"\n2\n1\n"
    assert leaf.hash == leaf_hash(leaf.head)
    assert DAY.tree_size == 4


def test_a_row_says_its_place_number_and_time_before_its_canonical_form():
    leaf = row_leaf("entry", place=4, row_id=103, recorded_at="when", body=b"entry 1\n")
    assert leaf == Leaf("entry 103", b"row 1\n4\n103\nwhen\n", b"entry 1\n")
    assert leaf.hash == hashlib.sha256(b"\x00row 1\n4\n103\nwhen\nentry 1\n").digest()


def test_times_are_sealed_in_utc_to_the_microsecond():
    assert instant_text(SEAL.sealed_at) == "2026-11-20T12:00:01.000005Z"
    assert instant_text(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000000Z"


def test_the_note_is_a_checkpoint_with_our_lines_after_it():
    text, signature = NOTE.split("\n\n")
    assert text.split("\n") == [
        "clearing/2026-11-20",
        "4",
        base64.b64encode(b"\x0b" * 32).decode(),
        "previous " + base64.b64encode(b"\x0a" * 32).decode(),
        "entries 2",
        "audit 1 through 9",
        "days 17 " + base64.b64encode(b"\x0c" * 32).decode(),
        "sealed 2026-11-20T12:00:01.000005Z",
    ]
    assert signature.startswith("\u2014 clearing ")
    assert signature.endswith("\n")


def test_the_signature_is_ed25519_over_the_text_as_signed_note_says():
    text, signature = NOTE.split("\n\n")
    raw = base64.b64decode(signature.split(" ")[2])
    public_key = KEY.verifier.public_key
    assert raw[:4] == hashlib.sha256(b"clearing\n\x01" + public_key).digest()[:4]
    Ed25519PublicKey.from_public_bytes(public_key).verify(raw[4:], f"{text}\n".encode())


def test_the_key_line_is_that_of_signed_note():
    for name, line in ((PETER[:12], PETER), (SUMDB[:14], SUMDB)):
        key = VerifierKey.read(line)
        assert (key.name, key.line) == (name, line)


def test_a_note_signed_by_the_reference_implementation_is_good():
    assert VerifierKey.read(PETER).has_signed(PETERS_NOTE)
    assert not VerifierKey.read(SUMDB).has_signed(PETERS_NOTE)


def test_a_key_line_is_read_as_it_was_written():
    assert VerifierKey.read(f"{KEY.verifier.line}\n") == KEY.verifier


@pytest.mark.parametrize(
    "line",
    [
        "",
        "clearing",
        KEY.verifier.line.replace("clearing", "clearinh"),
        KEY.verifier.line[:-4],
        KEY.verifier.line + "*",
        KEY.verifier.line.replace("+AX", "+AP", 1) + "AAAA",
        "+" + KEY.verifier.line.partition("+")[2],
    ],
)
def test_a_line_that_is_no_key_is_refused(line: str):
    with pytest.raises(ValueError, match=r"base64|key"):
        VerifierKey.read(line)


def test_a_note_is_signed_by_its_key_and_no_other():
    assert KEY.verifier.has_signed(NOTE)
    for other in (SealKey("clearing", b"t" * 32), SealKey("elsewhere", b"s" * 32)):
        assert not other.verifier.has_signed(NOTE)


def test_other_signatures_may_stand_beside_ours():
    text, _, ours = NOTE.partition("\n\n")
    theirs = SealKey("witness.example", b"w" * 32).note_of(SEAL).partition("\n\n")[2]
    assert KEY.verifier.has_signed(f"{text}\n\n{theirs}{ours}")
    assert not KEY.verifier.has_signed(f"{text}\n\n{theirs}")


@given(st.integers(min_value=0, max_value=len(NOTE) - 2), st.characters(codec="utf-8"))
def test_a_note_with_any_character_changed_is_not_signed(place: int, other: str):
    changed = NOTE[:place] + other + NOTE[place + 1 :]
    assert KEY.verifier.has_signed(changed) == (changed == NOTE)


def test_the_secret_does_not_show():
    assert (b"s" * 32).hex() not in repr(KEY)
    assert KEY.verifier.line in repr(KEY)


def test_the_same_seal_always_gives_the_same_note():
    assert SealKey("clearing", b"s" * 32).note_of(SEAL) == NOTE
    assert KEY.note_of(replace(SEAL, root=NO_ROOT)) != NOTE


def test_an_inclusion_document_proves_its_leaf():
    rows = [
        row_leaf("entry", place=place, row_id=place, recorded_at="when", body=b"\xc3\xa1\n")
        for place in (1, 2, 3)
    ]
    hashes = [leaf.hash for leaf in (DAY.leaf, *rows)]
    told = inclusion_proof(NOTE, rows[1], index=2, leaves=hashes)
    assert told["note"] == NOTE
    assert told["leaf"] == "row 1\n2\n2\nwhen\n\u00e1\n"
    steps = [bytes.fromhex(step) for step in told["path"]]
    assert is_included(rows[1].hash, index=2, size=4, path=steps, root=root_of(hashes))
    assert (told["index"], told["size"]) == (2, 4)


def test_a_consistency_document_proves_one_log_to_begin_the_other():
    roots = [(date(2026, 11, number), bytes([number]) * 32) for number in range(1, 6)]
    told = consistency_proof(first="a", second="b", first_size=3, days=day_hashes(roots))
    assert (told["kind"], told["first"], told["second"]) == ("consistency", "a", "b")
    steps = [bytes.fromhex(step) for step in told["path"]]
    assert is_consistent(
        first=3,
        second=5,
        first_root=days_root_of(roots[:3]),
        second_root=days_root_of(roots),
        path=steps,
    )


def test_the_log_of_days_is_over_dates_and_roots():
    root = b"\x0b" * 32
    (leaf,) = day_hashes([(date(2026, 11, 20), root)])
    assert leaf == leaf_hash(f"2026-11-20 {root.hex()}\n".encode())
