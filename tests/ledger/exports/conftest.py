"""A book of every movement, and the journals taken of it."""

from datetime import date

import pytest

from ledger.exports.journal import Journal
from ledger.postgres.journal_rows import read_journal
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from tests.ledger.random_book import TOGETHER, random_book

SIZE = 3_000


@pytest.fixture
def book(tx: Tx) -> Tx:
    """Give a transaction that sees a book of every movement."""
    entries = random_book(seed=20_261_122, size=SIZE)
    for start in range(0, SIZE, TOGETHER):
        post_entries(tx, entries[start : start + TOGETHER])
    return tx


def journal_of(tx: Tx, *, first: date | None = None, last: date | None = None) -> Journal:
    """Return what an export is made from, as recorded by now."""
    return read_journal(tx, first=first, last=last, recorded_by=None)
