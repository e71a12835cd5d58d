"""Keys and notes are read strictly, and a changed sign of a signed note is never overlooked."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.postgres.verify_log.notes import Unusable, read_key, read_note, read_text
from tests.ledger.postgres.verify_log.sealed_book import OTHER_SEED, SEED, key_line, signed_note

# A note and its key as they were once written down, so that the form cannot drift on both sides.
SIGNED = (
    "clearing/2026-11-20\n"
    "13\n"
    "ERERERERERERERERERERERERERERERERERERERERERE=\n"
    "previous AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    "entries 8\n"
    "audit 4 through 7\n"
    "days 1 IiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiIiI=\n"
    "sealed 2026-11-22T01:00:00.000000Z\n"
)
NOTE = signed_note(SIGNED, SEED)
KEY = read_key(key_line(SEED))


def test_a_note_says_what_was_signed() -> None:
    note = read_note(NOTE)
    assert note is not None
    assert note.fault(KEY) == ""
    assert (note.day, note.size, note.root, note.previous) == (
        "2026-11-20",
        13,
        b"\x11" * 32,
        bytes(32),
    )
    assert (note.entries, note.audits, note.through, note.sequence) == (8, 4, 7, 1)
    assert (note.days_root, note.sealed) == (b"\x22" * 32, "2026-11-22T01:00:00.000000Z")
    assert note.day_leaf == f"day 1\n2026-11-20\n1\n{'00' * 32}\n8\n4\n"
    assert note.log_leaf == f"2026-11-20 {'11' * 32}\n"


def test_one_good_signature_among_several_is_enough() -> None:
    both = NOTE + signed_note(SIGNED, OTHER_SEED).partition("\n\n")[2]
    note = read_note(both)
    assert note is not None
    assert note.fault(KEY) == ""
    assert note.fault(read_key(key_line(OTHER_SEED))) == ""


def test_a_note_of_another_key_is_told_by_the_ids() -> None:
    note = read_note(signed_note(SIGNED, OTHER_SEED))
    assert note is not None
    other = key_line(OTHER_SEED).split("+")[1]
    assert note.fault(KEY) == f"signed by key {other}, not by {KEY.id.hex()}"


def test_a_note_signed_for_another_origin_is_none_of_ours() -> None:
    note = read_note(signed_note(SIGNED.replace("clearing/", "sandbox/"), SEED))
    assert note is not None
    assert note.fault(KEY) == "is of sandbox, not of clearing"


@given(place=st.integers(0, len(NOTE) - 2), bit=st.integers(0, 6))
def test_any_changed_sign_of_a_note_is_found(place: int, bit: int) -> None:
    changed = NOTE[:place] + chr(ord(NOTE[place]) ^ (1 << bit)) + NOTE[place + 1 :]
    note = read_note(changed)
    assert note is None or note.fault(KEY)


@given(st.text())
def test_any_text_is_a_note_or_none(text: str) -> None:
    assert read_note(text) is None


@pytest.mark.parametrize(
    "line",
    [
        "",
        "clearing",
        key_line(SEED).replace("clearing", "other"),
        key_line(SEED)[:-4],
        key_line(SEED).replace("+", "-", 1),
        "clearing+00000000+####",
    ],
)
def test_a_key_that_does_not_belong_together_is_refused(line: str, tmp_path: Path) -> None:
    given_file = tmp_path / "key.pub"
    given_file.write_text(line)
    with pytest.raises(Unusable):
        read_key(str(given_file))


def test_a_key_may_be_given_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pub"
    path.write_text(f"{key_line(SEED)}\n")
    assert read_key(str(path)) == KEY


def test_a_file_that_is_no_text_is_read_as_one_and_never_whole(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(b"\xff\r\n" * 200_000)
    text = read_text(path)
    assert text.startswith("\ufffd\r\n")
    assert len(text) == 100_000


def test_a_published_signed_note_holds() -> None:
    # The example in the documentation of golang.org/x/mod/sumdb/note.
    key = read_key("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    mark = (
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqf"
        "qdngotpRZb6KE6RyyBwJnAM="
    )
    raw = base64.b64decode(mark)
    assert raw[:4] == key.id
    assert key.has_signed(text, raw=raw[4:])
    assert not key.has_signed(text.replace("your", "my"), raw=raw[4:])
