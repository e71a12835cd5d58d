"""A sealed book holds, and says how much was read; what is tampered with stands in invariants."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.postgres.transaction import OpenTx
from ledger.postgres.verify_log import verifier
from ledger.postgres.verify_log.verifier import say
from tests.ledger.postgres.verify_log.sealed_book import (
    Connection,
    post_book,
    seal_book,
    told,
)

SEALED = (
    "holds: 3 days, 19 entries, 9 audit records (not sealed yet: 1 day, 1 entry, 1 audit record)"
)
AWAITED = [f"warning: 2026-11-{day} the seal of this closed day is missing" for day in (19, 20, 21)]


@pytest.fixture
def connection(owner_open_tx: OpenTx, owner_dsn: str) -> Iterator[Connection]:
    """Give a connection to a book of three days, closed and not sealed."""
    post_book(owner_open_tx)
    with psycopg.connect(owner_dsn) as connection:
        yield connection


def test_a_sealed_book_holds(connection: Connection, owner_open_tx: OpenTx, tmp_path: Path) -> None:
    seal_book(owner_open_tx, connection, tmp_path)
    assert told(connection, tmp_path) == [SEALED]


def test_a_note_taken_home_and_still_there_says_nothing_more(
    connection: Connection, owner_open_tx: OpenTx, tmp_path: Path
) -> None:
    seal_book(owner_open_tx, connection, tmp_path)
    kept = (tmp_path / "2026-11-20.note").read_text()
    assert told(connection, tmp_path, kept=kept) == [SEALED]
    assert told(connection, tmp_path, kept="a note")[0] == "kept note cannot be read"


def test_days_closed_a_moment_ago_are_awaited(connection: Connection, tmp_path: Path) -> None:
    assert told(connection, tmp_path) == [
        *AWAITED,
        (
            "holds: 0 days, 0 entries, 0 audit records"
            " (not sealed yet: 4 days, 20 entries, 0 audit records)"
        ),
    ]


def test_an_empty_book_holds(owner_dsn: str, tmp_path: Path) -> None:
    with psycopg.connect(owner_dsn) as connection:
        assert told(connection, tmp_path) == ["holds: 0 days, 0 entries, 0 audit records"]


def test_files_that_are_no_notes_are_left_alone(owner_dsn: str, tmp_path: Path) -> None:
    (tmp_path / ".2026-11-20.note.part").write_text("half")
    (tmp_path / "yesterday.note").write_text("half")
    with psycopg.connect(owner_dsn) as connection:
        assert told(connection, tmp_path) == ["holds: 0 days, 0 entries, 0 audit records"]


def test_long_days_tell_how_far_they_are(
    connection: Connection,
    owner_open_tx: OpenTx,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verifier, "PROGRESS_ROWS", 10)
    seal_book(owner_open_tx, connection, tmp_path)
    told(connection, tmp_path)
    assert "2026-11-20: 10 of 13 rows\n" in capsys.readouterr().err


def test_what_is_planted_in_a_row_does_not_steer_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say("entry 1 (\x1b[2J\u202eabc\nholds: 3 days) Đã")
    assert capsys.readouterr().out == "entry 1 (?[2J?abc?holds: 3 days) Đã\n"
