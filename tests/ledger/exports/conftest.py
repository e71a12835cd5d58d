"""A book of every movement, and the journals taken of it."""

from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import Engine

from ledger.exports.journal import Journal
from ledger.postgres.journal_rows import read_journal
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from tests.ledger.random_book import TOGETHER, random_book

SEED = 20_261_122
SIZE = 3_000


@pytest.fixture(scope="module")
def book(shared_engine: Engine) -> Iterator[Tx]:
    """Give a transaction that sees a book of every movement, undone after a file's tests."""
    entries = random_book(seed=SEED, size=SIZE)
    with shared_engine.connect() as connection, connection.begin() as transaction:
        for start in range(0, SIZE, TOGETHER):
            post_entries(connection, entries[start : start + TOGETHER])
        yield connection
        transaction.rollback()


def journal_of(tx: Tx, *, first: date | None = None, last: date | None = None) -> Journal:
    """Return what an export is made from, as recorded by now."""
    return read_journal(tx, first=first, last=last, recorded_by=None)
