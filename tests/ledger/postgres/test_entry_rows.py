"""Entries read back."""

from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from tests.ledger.samples import capture


def test_only_entries_that_are_there_come_back(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2)])
    keys = [capture(number).key for number in (2, 3)]
    assert entries_by_key(tx, keys) == {capture(2).key: capture(2)}
    assert entries_by_key(tx, []) == {}
