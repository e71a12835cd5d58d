"""Seals as they are kept: read back whole, never changed, written by one role through one door."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from ledger.postgres import seal_rows
from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.seal_day import seal_day
from tests.ledger.attempts import EVERYONE, as_role, refusal
from tests.ledger.samples import DAY, NOW, capture
from tests.ledger.sealing import KEY, SECOND, THIRD, close, write_down

SEALING = (
    "SELECT ledger.seal_day_v1('2026-11-20', 1, 0, 0, 0, sha256(''), sha256(''), 'note', now())"
)
CHANGES = [
    "UPDATE ledger.seal SET note = note",
    "DELETE FROM ledger.seal",
    "TRUNCATE ledger.seal",
]
WRITING = (
    "INSERT INTO ledger.seal SELECT '2026-11-20', 1, 0, 0, 0, 1, sha256(''), sha256(''), 'n', now()"
)


@pytest.fixture
def open_sealed_tx(open_recon_tx: OpenTx) -> OpenTx:
    """Give transactions on a book of three sealed days, the last in the month after."""
    write_down(open_recon_tx)
    for number, day in enumerate((DAY, SECOND, date(2026, 12, 1)), start=1):
        close(open_recon_tx, day, number)
        assert seal_day(open_recon_tx, key=KEY, now=NOW) is not None
    return open_recon_tx


def test_seals_are_found_by_day_entry_and_month(open_sealed_tx: OpenTx) -> None:
    with open_sealed_tx() as tx:
        first, second, third = seal_rows.all_seals(tx)
        assert seal_rows.newest(tx, limit_max=2) == [third, second]
        assert seal_rows.seal_of(tx, SECOND) == second
        assert seal_rows.seal_of(tx, THIRD) is None
        assert seal_rows.seal_over(tx, capture(2).key) == second
        assert seal_rows.seal_over(tx, "captured:vnpay:9") is None
        november = seal_rows.between(tx, first=date(2026, 11, 1), last=date(2026, 11, 30))
        assert november == [second, first]
        assert seal_rows.months(tx) == [date(2026, 12, 1), date(2026, 11, 1)]


def test_roots_stand_in_the_order_of_the_days(open_sealed_tx: OpenTx) -> None:
    with open_sealed_tx() as tx:
        kept = [(one.day.business_date, one.root) for one in seal_rows.all_seals(tx)]
        assert seal_rows.roots(tx) == kept
        assert seal_rows.roots(tx, through=2) == kept[:2]


def test_one_entrys_leaf_is_the_one_among_all(open_sealed_tx: OpenTx) -> None:
    with open_sealed_tx() as tx:
        first = seal_rows.all_seals(tx)[0]
        leaves = list(seal_rows.leaves(tx, first.day))
        assert seal_rows.entry_leaf(tx, capture(1).key, place=1) == leaves[1]
        assert seal_rows.entry_leaf(tx, capture(9).key, place=1) is None


def test_a_closed_day_without_seal_is_named_once_its_time_is_over(open_recon_tx: OpenTx) -> None:
    close(open_recon_tx, DAY, 1)
    with open_recon_tx() as tx:
        assert seal_rows.unsealed(tx, closed_by=NOW) == [DAY]
        assert seal_rows.unsealed(tx, closed_by=NOW - timedelta(seconds=1)) == []
    assert seal_day(open_recon_tx, key=KEY, now=NOW) is not None
    with open_recon_tx() as tx:
        assert seal_rows.unsealed(tx, closed_by=datetime.max.replace(tzinfo=UTC)) == []


def test_an_entry_that_lost_its_transfers_keeps_its_leaf(
    open_recon_tx: OpenTx, owner_open_tx: OpenTx
) -> None:
    close(open_recon_tx, DAY, 1, 2)
    sealed = seal_day(open_recon_tx, key=KEY, now=NOW)
    assert sealed is not None
    with owner_open_tx() as tx:
        before = list(seal_rows.leaves(tx, sealed.day))
        for table in ("transfer", "account"):
            tx.execute(text("ALTER TABLE ledger.<t> DISABLE TRIGGER ALL".replace("<t>", table)))
        tx.execute(
            text(
                "DELETE FROM ledger.transfer WHERE entry_id = (SELECT min(entry_id)"
                " FROM ledger.transfer)"
            )
        )
        after = list(seal_rows.leaves(tx, sealed.day))
    assert [leaf.name for leaf in after] == [leaf.name for leaf in before]
    assert [one == other for one, other in zip(before, after, strict=True)] == [True, False, True]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_seal_is_never_changed_by_its_owner_either(owner_tx: Tx, statement: str) -> None:
    as_role(owner_tx, "clearing_owner")
    assert refusal(owner_tx, statement) == "LD005"


@pytest.mark.parametrize("role", EVERYONE)
@pytest.mark.parametrize("statement", [*CHANGES, WRITING])
def test_nobody_writes_seals_past_the_function(owner_tx: Tx, role: str, statement: str) -> None:
    as_role(owner_tx, role)
    assert refusal(owner_tx, statement) == "42501"


@pytest.mark.parametrize("role", EVERYONE)
def test_only_who_closes_days_seals_them(owner_tx: Tx, role: str) -> None:
    as_role(owner_tx, role)
    is_closing = role == "clearing_recon"
    assert refusal(owner_tx, SEALING) == ("LD013" if is_closing else "42501")
    asking = refusal(owner_tx, "SELECT ledger.audit_through_v1()")
    assert asking == (None if is_closing else "42501")
