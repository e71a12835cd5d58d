"""Notes, rows files and keys tampered with, days sealed anew or cut away: told, and told apart."""

import shutil
from pathlib import Path

import pytest

from tests.ledger.postgres.verify_log.sealed_book import (
    DAYS,
    OTHER_SEED,
    SEED,
    Connection,
    key_line,
    seal_day,
    signed_note,
    told,
)


def test_the_newest_note_taken_away_and_its_day_too_shows_beside_a_note_taken_home(
    book: Connection, seals: Path
) -> None:
    note = (seals / "2026-11-21.note").read_text()
    book.execute(
        "DELETE FROM ledger.transfer WHERE business_date >= '2026-11-21';"
        " DELETE FROM ledger.entry WHERE business_date >= '2026-11-21';"
        " DELETE FROM ledger.audit_record WHERE audit_id > 7;"
        " DELETE FROM ledger.seal WHERE business_date >= '2026-11-21';"
        " DELETE FROM ledger.closed_day WHERE business_date >= '2026-11-21'"
    )
    (seals / "2026-11-21.note").unlink()
    (seals / "2026-11-21.rows").unlink()
    assert told(book, seals) == ["holds: 2 days, 14 entries, 7 audit records"]
    assert told(book, seals, kept=note)[0] == "2026-11-21 the day of the kept note is gone"


def test_a_book_written_and_sealed_anew_shows_beside_a_note_taken_home(
    book: Connection, seals: Path
) -> None:
    note = (seals / "2026-11-20.note").read_text()
    book.execute("DELETE FROM ledger.entry WHERE entry_id = 9")
    book.execute("DELETE FROM ledger.transfer WHERE entry_id = 9")
    _close_anew(book)
    for day in DAYS[1:]:
        seal_day(book, day, seals, seed=SEED)
    assert told(book, seals)[0].startswith("holds: 3 days, 18 entries")
    assert told(book, seals, kept=note)[:-1] == [
        "2026-11-20 the kept note says otherwise than the note there is"
    ]


def test_a_book_sealed_anew_with_another_key_is_told_by_the_key(
    book: Connection, seals: Path
) -> None:
    book.execute("DELETE FROM ledger.entry WHERE entry_id = 9")
    book.execute("DELETE FROM ledger.transfer WHERE entry_id = 9")
    _close_anew(book)
    for day in DAYS:
        seal_day(book, day, seals, seed=OTHER_SEED)
    ours, other = (key_line(seed).split("+")[1] for seed in (SEED, OTHER_SEED))
    assert told(book, seals)[:-1] == [
        f"{day} note signed by key {other}, not by {ours}" for day in DAYS
    ]


def test_one_day_sealed_anew_breaks_the_chain_of_those_after(book: Connection, seals: Path) -> None:
    book.execute("UPDATE ledger.transfer SET amount_vnd = 1 WHERE entry_id = 9")
    book.execute("UPDATE ledger.entry SET digest = '\\x00' WHERE entry_id = 9")
    seal_day(book, DAYS[1], seals, seed=SEED)
    assert told(book, seals)[:-1] == [
        "2026-11-20 entry 9 (captured:vnpay:9) is not what its digest says",
        "2026-11-21 the note does not follow from the note of the day before",
        "2026-11-21 the note's log of days is not that of the notes so far",
    ]


def _close_anew(book: Connection) -> None:
    book.execute(
        "UPDATE ledger.closed_day SET"
        " entry_count = (SELECT count(*) FROM ledger.entry"
        " WHERE entry.business_date = closed_day.business_date),"
        " transfer_count = (SELECT count(*) FROM ledger.transfer"
        " WHERE transfer.business_date = closed_day.business_date),"
        " checksum = (SELECT sha256(string_agg(digest, ''::bytea ORDER BY entry_id))"
        " FROM ledger.entry WHERE entry.business_date = closed_day.business_date)"
    )


NOTE_CHANGED = "2026-11-20 note outside was changed: its signature does not hold"
ROWS_CHANGED = "2026-11-20 the rows file was changed, first in line"


@pytest.mark.parametrize(
    ("name", "edit", "finding"),
    [
        ("2026-11-20.note", ("entries 8", "entries 9"), NOTE_CHANGED),
        ("2026-11-20.note", ("previous ", "previous"), "2026-11-20 note outside cannot be read"),
        ("2026-11-20.note", ("\n\n", "\n\n\n"), "2026-11-20 note outside cannot be read"),
        ("2026-11-20.rows", ("entry 8 ", "entry 1 "), f"{ROWS_CHANGED} 3"),
        ("2026-11-20.rows", ("entry 9 ", "Entry 9 "), f"{ROWS_CHANGED} 4"),
        ("2026-11-20.rows", ("audit 4 ", "audit 4 0"), f"{ROWS_CHANGED} 10"),
    ],
)
def test_a_file_edited_outside_is_told_and_the_book_is_not_blamed(
    book: Connection, seals: Path, name: str, edit: tuple[str, str], finding: str
) -> None:
    text = (seals / name).read_text()
    assert edit[0] in text
    (seals / name).write_text(text.replace(*edit, 1))
    assert told(book, seals)[:-1] == [finding]


@pytest.mark.parametrize("last", [True, False])
def test_lines_added_to_or_taken_from_a_rows_file_are_told(
    book: Connection, seals: Path, *, last: bool
) -> None:
    path = seals / "2026-11-20.rows"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join([*lines, lines[-1]] if last else lines[:-1]))
    line = 14 if last else 13
    assert told(book, seals)[:-1] == [f"{ROWS_CHANGED} {line}"]


def test_a_rows_file_without_a_line_is_no_missing_one(book: Connection, seals: Path) -> None:
    path = seals / "2026-11-20.rows"
    path.write_text("")
    assert told(book, seals)[:-1] == [f"{ROWS_CHANGED} 1"]
    book.execute("UPDATE ledger.transfer SET amount_vnd = 1 WHERE entry_id = 9")
    assert "neither does the rows file" in told(book, seals)[0]


def test_what_stands_in_a_rows_files_place_and_is_none_is_told(
    book: Connection, seals: Path
) -> None:
    first, second = seals / "2026-11-19.rows", seals / "2026-11-20.rows"
    first.unlink()
    first.mkdir()
    second.unlink()
    second.symlink_to("nowhere")
    assert told(book, seals)[:-1] == [
        "2026-11-19 the rows file was changed, first in line 1",
        f"{ROWS_CHANGED} 1",
    ]


def test_a_signed_note_put_in_another_days_place_is_told(book: Connection, seals: Path) -> None:
    shutil.copy(seals / "2026-11-19.note", seals / "2026-11-20.note")
    assert told(book, seals)[:-1] == ["2026-11-20 note outside is of 2026-11-19"]


def test_two_different_notes_of_a_day_both_signed_are_told(book: Connection, seals: Path) -> None:
    path = seals / "2026-11-20.note"
    signed = path.read_text().partition("\n\n")[0] + "\n"
    path.write_text(signed_note(signed.replace("sealed 2026-11-22", "sealed 2026-11-23"), SEED))
    assert told(book, seals)[:-1] == [
        "2026-11-20 the notes outside and in the database differ, and both are signed",
        (
            "2026-11-20 the seal says sealed 2026-11-22T01:00:00.000000Z,"
            " the note 2026-11-23T01:00:00.000000Z"
        ),
    ]


@pytest.mark.parametrize("is_changed", [False, True])
def test_without_the_rows_file_the_root_is_checked_and_no_row_can_be_named(
    book: Connection, seals: Path, *, is_changed: bool
) -> None:
    (seals / "2026-11-20.rows").unlink()
    if is_changed:
        book.execute("UPDATE ledger.transfer SET amount_vnd = 1 WHERE entry_id = 9")
    expected = ["warning: 2026-11-20 there is no rows file: a changed row could not be named"]
    if is_changed:
        expected = [
            (
                "2026-11-20 the rows do not give the note's root; there is no rows file:"
                " no row can be named"
            ),
            "2026-11-20 entry 9 (captured:vnpay:9) is not what its digest says",
        ]
    assert told(book, seals)[:-1] == expected


def test_rows_and_rows_file_both_changed_are_told_without_naming_a_row(
    book: Connection, seals: Path
) -> None:
    book.execute("UPDATE ledger.entry SET recorded_at = now() WHERE entry_id = 9")
    path = seals / "2026-11-20.rows"
    path.write_text(path.read_text().replace("entry 9 ", "entry 90 ").replace("a", "b"))
    (finding,) = told(book, seals)[:-1]
    assert finding.startswith("2026-11-20 the rows do not give the note's root; neither")


def test_a_day_closed_a_moment_ago_is_awaited_and_an_older_one_is_missed(
    book: Connection, seals: Path
) -> None:
    (seals / "2026-11-21.note").unlink()
    (seals / "2026-11-21.rows").unlink()
    book.execute("DELETE FROM ledger.seal WHERE business_date = '2026-11-21'")
    sentence = "2026-11-21 the seal of this closed day is missing"
    assert told(book, seals)[0] == f"warning: {sentence}"
    book.execute("UPDATE ledger.closed_day SET recorded_at = recorded_at - interval '11 minutes'")
    assert told(book, seals)[0] == sentence
    book.execute("UPDATE ledger.closed_day SET recorded_at = recorded_at + interval '1 year'")
    assert told(book, seals)[0] == sentence


def test_many_changed_rows_are_named_in_part_and_counted(book: Connection, seals: Path) -> None:
    book.execute(
        "INSERT INTO ledger.entry SELECT 1000 + number, recorded_at, written_in, NULL,"
        " '2026-11-20', movement, 'captured:vnpay:' || number, source, digest"
        " FROM ledger.entry, generate_series(1, 150) AS number WHERE entry_id = 20"
    )
    lines = told(book, seals)
    assert lines[49] == "2026-11-20 row 58: entry 1050 (captured:vnpay:50) was added"
    assert lines[50] == "2026-11-20 and 100 more rows differ"
    assert lines[51].startswith("broken: 51 findings in 3 days")


def test_after_a_hundred_findings_the_rest_is_counted(book: Connection, seals: Path) -> None:
    book.execute(
        "INSERT INTO ledger.transfer SELECT 1000 + number, amount_vnd, debit_account_id,"
        " credit_account_id, business_date, ordinal, batch"
        " FROM ledger.transfer, generate_series(1, 150) AS number WHERE entry_id = 9"
    )
    lines = told(book, seals)
    assert lines[99] == "2026-11-20 1 transfer is of entry 1100, which is not of this day"
    assert lines[100] == "there is more, which is counted and not listed"
    assert lines[101].startswith("broken: 150 findings in 3 days")
