"""Proofs find what a superuser did behind the book's back, and nothing in a sound book."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.proof_rows import (
    days_not_as_closed,
    entries_not_as_written,
    snapshots_not_as_moved,
    transfers_without_entry,
)
from ledger.postgres.transaction import Tx
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

KEY = capture(1).key


@pytest.fixture
def book(owner_tx: Tx) -> Tx:
    """Give a superuser's transaction over a book with two closed days and an open one."""
    later = NEXT_DAY + timedelta(days=2)
    post_entries(owner_tx, [capture(1), capture(2)])
    close_day(owner_tx, DAY, now=NOW)
    post_entries(owner_tx, [capture(3, day=NEXT_DAY), capture(4, day=later)])
    close_day(owner_tx, NEXT_DAY, now=NOW)
    return owner_tx


def test_a_sound_book_has_no_findings(book: Tx) -> None:
    assert entries_not_as_written(book) == []
    assert transfers_without_entry(book) == []
    assert days_not_as_closed(book) == []
    assert snapshots_not_as_moved(book) == []


@pytest.mark.parametrize(
    ("tampering", "find", "findings"),
    [
        ("UPDATE ledger.transfer SET amount_vnd = 1", entries_not_as_written, 4),
        ("UPDATE ledger.transfer SET batch = 'x'", entries_not_as_written, 4),
        ("UPDATE ledger.transfer SET business_date = '2027-01-01'", entries_not_as_written, 4),
        ("UPDATE ledger.entry SET source = 'x'", entries_not_as_written, 4),
        ("UPDATE ledger.account SET party = 'x' WHERE party = 'vnpay'", entries_not_as_written, 4),
        ("DELETE FROM ledger.transfer", entries_not_as_written, 4),
        ("DELETE FROM ledger.entry", transfers_without_entry, 4),
        ("DELETE FROM ledger.entry", days_not_as_closed, 2),
        ("DELETE FROM ledger.transfer", days_not_as_closed, 2),
        ("UPDATE ledger.entry SET digest = sha256('x')", days_not_as_closed, 2),
        ("UPDATE ledger.entry SET business_date = '2026-01-01'", days_not_as_closed, 3),
        ("UPDATE ledger.closed_day SET entry_count = 9", days_not_as_closed, 2),
        ("UPDATE ledger.balance_snapshot SET debit_vnd = debit_vnd + 1", snapshots_not_as_moved, 2),
        ("DELETE FROM ledger.balance_snapshot", snapshots_not_as_moved, 4),
        ("UPDATE ledger.transfer SET amount_vnd = 1", snapshots_not_as_moved, 4),
    ],
)
def test_what_was_tampered_with_is_found(
    book: Tx, tampering: str, find: Callable[[Tx], list[object]], findings: int
) -> None:
    for table in ("account", "entry", "transfer", "closed_day", "balance_snapshot"):
        book.execute(text(f"ALTER TABLE ledger.{table} DISABLE TRIGGER USER"))
    book.execute(text(tampering))
    assert len(find(book)) == findings
