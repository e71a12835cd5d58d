"""What is read from the book has the canonical form, and what does not belong is told."""

from collections.abc import Iterator

import psycopg
import pytest

from ledger.digest import canonical_bytes
from ledger.postgres.transaction import OpenTx
from ledger.postgres.verify_log.rows import OPTIONS, Book, Row
from tests.ledger.postgres.verify_log.sealed_book import (
    DAYS,
    OPEN_DAY,
    Connection,
    post_book,
    write_down,
)
from tests.ledger.samples import capture

AUDITOR = "clearing_auditor"


@pytest.fixture
def connection(owner_open_tx: OpenTx, owner_dsn: str) -> Iterator[Connection]:
    """Give an auditor's connection to a book of three closed days."""
    post_book(owner_open_tx)
    write_down(owner_open_tx, 2)
    with psycopg.connect(owner_dsn, options=f"{OPTIONS} -c role={AUDITOR}") as auditor:
        yield auditor


@pytest.fixture
def told() -> list[str]:
    """Give a list for what the book tells of itself."""
    return []


@pytest.fixture
def book(connection: Connection, told: list[str]) -> Book:
    """Give the book as the verifier reads it."""
    return Book(connection, find=told.append)


def test_an_entry_is_read_in_its_canonical_form(book: Book, told: list[str]) -> None:
    rows = list(book.entries("2026-11-20"))
    assert [row.number for row in rows] == list(range(7, 15))
    first, wide = rows[0], rows[-1]
    recorded, _, canonical = f"{first.head}{first.tail}".partition("\n")
    assert canonical.encode() == canonical_bytes(capture(7, day=DAYS[1], amount=7_000))
    assert len(recorded) == len("2026-11-22T01:00:00.000000Z")
    assert all(row.is_digested for row in rows)
    assert (first.transfers, wide.transfers, wide.tail.count("\n")) == (1, 2, 2)
    assert told == []


def test_a_reversal_names_the_key_it_undoes(book: Book) -> None:
    first, *_ = book.entries("2026-11-21")
    assert first.head.endswith("\nbreak:1\ncaptured:vnpay:1\n")


def test_audit_records_are_read_between_two_numbers(book: Book) -> None:
    assert [row.number for row in book.audit(after=0)] == [1, 2]
    (second,) = book.audit(after=1, through=2)
    assert second.is_digested
    assert second.head.endswith("\naudit 1\nos:lan\nday.close\nday:2026-11-20\nreason 1\n")
    assert list(book.audit(after=2)) == []


def test_days_are_told_closed_fresh_and_not_sealed(book: Book) -> None:
    days = book.days()
    assert list(days) == [day.isoformat() for day in DAYS]
    day = days["2026-11-20"]
    assert (day.is_closed, day.is_fresh, day.note) == (True, True, None)
    assert (day.entry_count, day.transfer_count) == (8, 9)
    assert set(day.seal.values()) == {None}


def test_open_dates_are_told_with_their_entries(book: Book) -> None:
    assert book.unclosed() == [(OPEN_DAY.isoformat(), 1, False)]


def test_an_entry_is_found_wherever_it_stands(book: Book) -> None:
    assert book.date_of(9) == "2026-11-20"
    assert book.date_of(99) is None


def test_the_book_is_only_read(connection: Connection) -> None:
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        connection.execute("CREATE TABLE pg_temp.mine (one integer)")


@pytest.mark.parametrize(
    "row",
    [
        Row("entry", 1, "k", "at\nentry 1\ncaptured\n", "tail\n", bytes(32), 1),
        Row("audit", 1, "k", "at\naudit 1\n", "", b"", 0),
    ],
)
def test_a_row_beside_a_digest_of_something_else_is_not_digested(row: Row) -> None:
    assert not row.is_digested


def test_a_rows_hash_depends_on_its_place(book: Book) -> None:
    row, *_ = book.entries("2026-11-20")
    assert row.hash_at(1) != row.hash_at(2)
