"""Who runs the schedule, as rows: tested through the schedule, and for what the table keeps."""

from datetime import UTC, datetime, timedelta

from api.postgres import lease_rows
from ledger.postgres.transaction import Tx

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=10)


def test_a_lease_under_one_name_says_nothing_of_another(tx: Tx) -> None:
    assert lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW) == 1
    assert lease_rows.take(tx, name="y", holder="b", until=LATER, now=NOW) == 1


def test_an_older_number_cannot_keep_the_lease(tx: Tx) -> None:
    lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW)
    lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW)
    assert not lease_rows.keep(tx, name="x", fence=1, until=LATER)
    assert lease_rows.keep(tx, name="x", fence=2, until=LATER)


def test_an_older_number_cannot_give_the_lease_back(tx: Tx) -> None:
    lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW)
    lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW)
    lease_rows.give_back(tx, name="x", fence=1, now=NOW)
    assert lease_rows.take(tx, name="x", holder="b", until=LATER, now=NOW) is None


def test_only_the_newest_number_is_held(tx: Tx) -> None:
    lease_rows.take(tx, name="x", holder="a", until=LATER, now=NOW)
    for ours in (lease_rows.is_held, lease_rows.hold):
        assert ours(tx, name="x", fence=1)
        assert not ours(tx, name="x", fence=2)
