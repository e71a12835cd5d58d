"""Counts in the database: over processes, after a restart, and leading back to nobody."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.access.kept_tries import KeptTries
from api.access.tries import Limit, SharedTries
from ledger.postgres.transaction import OpenTx

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SECRET = b"s" * 32
DAY = timedelta(days=1)


def _limit(name: str, tries_max: int = 2) -> Limit:
    return Limit(("number", name), tries_max, DAY)


def test_one_process_counts_on_where_another_stopped(open_tx: OpenTx) -> None:
    assert KeptTries(open_tx, secret=SECRET).take([_limit("a")], now=NOW)
    after = KeptTries(open_tx, secret=SECRET)
    assert after.take([_limit("a")], now=NOW) == {("number", "a"): 2}
    assert after.take([_limit("a"), _limit("b")], now=NOW) is None
    assert after.counts([("number", "a"), ("number", "b")], now=NOW) == {
        ("number", "a"): 2,
        ("number", "b"): 0,
    }
    after.give_back([("number", "a")], now=NOW)
    assert after.take([_limit("a")], now=NOW)


def test_the_table_names_no_plate(open_tx: OpenTx) -> None:
    KeptTries(open_tx, secret=SECRET).take([Limit(("fact", "30A12345"), 2, DAY)], now=NOW)
    with open_tx() as tx:
        (key,) = tx.execute(text("SELECT key FROM api.quota")).scalars()
    assert b"30A" not in key
    other = KeptTries(open_tx, secret=b"t" * 32)
    assert other.counts([("fact", "30A12345")], now=NOW) == {("fact", "30A12345"): 0}


def test_t32_a_lost_table_leaves_the_limits_of_the_process(
    open_tx: OpenTx, owner_open_tx: OpenTx
) -> None:
    store = SharedTries(KeptTries(open_tx, secret=SECRET))
    assert store.take([_limit("a")], now=NOW)
    with owner_open_tx() as tx:
        tx.execute(text("DROP TABLE api.quota"))
    assert store.take([_limit("a")], now=NOW)
    assert store.take([_limit("a")], now=NOW) is None


@pytest.mark.parametrize("turns", [60])
def test_a_try_costs_one_row_each_time(open_tx: OpenTx, turns: int) -> None:
    kept = KeptTries(open_tx, secret=SECRET)
    for _ in range(turns):
        kept.take([_limit("a", turns)], now=NOW)
    with open_tx() as tx:
        assert tx.execute(text("SELECT tries FROM api.quota")).scalars().all() == [turns]
