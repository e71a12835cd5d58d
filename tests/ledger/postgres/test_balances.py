"""Where money stands, by two clocks, with and without closed days."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ledger.accounts import CLEARING, Account, AccountKind
from ledger.entry import Entry, Transfer
from ledger.money import ZERO, Money
from ledger.movements.credited import credited
from ledger.movements.settled import settled
from ledger.postgres.balances import (
    Balance,
    OpenBatch,
    balance,
    balances,
    last_closed_day,
    uncleared,
)
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

RECEIVABLE = Account(AccountKind.RECEIVABLE, "vnpay")
IN_TRANSIT = Account(AccountKind.IN_TRANSIT, "vnpay")
PAYABLE = Account(AccountKind.PAYABLE, "kbnn-0011")
BATCH = "vnpay/2026-11-20/kbnn-0011"
Key = TypeVar("Key")
ACCOUNTS = [Account(kind, "a") for kind in (*sorted(CLEARING), AccountKind.CLAIM)]


def settle(day: date) -> Entry:
    """Return the passing on of one capture."""
    return settled(
        key="settled:1",
        gateway="vnpay",
        business_date=day,
        source="file:1:1",
        beneficiary="kbnn-0011",
        batch=BATCH,
        gross=Money(750_000),
        fee=ZERO,
    )


def credit(day: date) -> Entry:
    """Return its arrival."""
    return credited(
        key="credited:1",
        gateway="vnpay",
        business_date=day,
        source="statement:1:1",
        beneficiary="kbnn-0011",
        batch=BATCH,
        amount=Money(750_000),
    )


def test_nothing_stands_where_nothing_moved(tx: Tx) -> None:
    assert balance(tx, RECEIVABLE) == Balance(debit=ZERO, credit=ZERO)
    assert balances(tx, [RECEIVABLE]) == {}


def test_both_sides_of_an_account_are_told_apart(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2), settle(DAY)])
    found = balance(tx, RECEIVABLE)
    assert found == Balance(debit=Money(1_500_000), credit=Money(750_000))
    assert found.net == Money(750_000)


def test_a_business_date_sees_nothing_of_later_dates(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=NEXT_DAY)])
    assert balance(tx, RECEIVABLE, as_of=DAY).net == Money(750_000)
    assert balance(tx, RECEIVABLE, as_of=NEXT_DAY).net == Money(1_500_000)
    assert balance(tx, RECEIVABLE, as_of=DAY - timedelta(days=1)).net == ZERO


def test_an_instant_sees_nothing_recorded_later(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    between = _clock(tx)
    post_entries(tx, [capture(2)])
    assert balance(tx, RECEIVABLE, recorded_by=between).net == Money(750_000)
    assert balance(tx, RECEIVABLE, recorded_by=_clock(tx)).net == Money(1_500_000)


def test_the_two_clocks_are_independent(tx: Tx) -> None:
    post_entries(tx, [capture(1, day=NEXT_DAY)])
    between = _clock(tx)
    post_entries(tx, [capture(2, day=DAY)])
    assert balance(tx, RECEIVABLE, as_of=DAY, recorded_by=between).net == ZERO
    assert balance(tx, RECEIVABLE, as_of=NEXT_DAY, recorded_by=between).net == Money(750_000)


def test_an_instant_after_the_close_starts_from_its_snapshot(recon_tx: Tx) -> None:
    post_entries(recon_tx, [capture(1)])
    before = _clock(recon_tx)
    close_day(recon_tx, DAY, now=NOW)
    post_entries(recon_tx, [capture(2, day=NEXT_DAY)])
    after = _clock(recon_tx)
    assert last_closed_day(recon_tx, as_of=None, recorded_by=before) is None
    assert last_closed_day(recon_tx, as_of=None, recorded_by=after) == DAY
    assert balance(recon_tx, RECEIVABLE, recorded_by=before).net == Money(750_000)
    assert balance(recon_tx, RECEIVABLE, recorded_by=after).net == Money(1_500_000)


def test_a_batch_stands_open_until_it_arrived(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    assert uncleared(tx, until=DAY) == [
        OpenBatch(PAYABLE, BATCH, Money(-750_000)),
        OpenBatch(RECEIVABLE, BATCH, Money(750_000)),
    ]
    post_entries(tx, [settle(DAY)])
    assert uncleared(tx, until=DAY) == [
        OpenBatch(IN_TRANSIT, BATCH, Money(750_000)),
        OpenBatch(PAYABLE, BATCH, Money(-750_000)),
    ]
    post_entries(tx, [credit(NEXT_DAY)])
    assert uncleared(tx, until=NEXT_DAY) == []
    assert len(uncleared(tx, until=DAY)) == 2


@pytest.mark.parametrize("arrives", [True, False])
def test_an_open_batch_survives_the_close_until_it_arrives(recon_tx: Tx, *, arrives: bool) -> None:
    post_entries(recon_tx, [capture(1), settle(DAY)])
    close_day(recon_tx, DAY, now=NOW)
    if arrives:
        post_entries(recon_tx, [credit(NEXT_DAY)])
    close_day(recon_tx, NEXT_DAY, now=NOW)
    found = uncleared(recon_tx, until=NEXT_DAY + timedelta(days=3))
    assert [one.account for one in found] == ([] if arrives else [IN_TRANSIT, PAYABLE])


def test_only_open_batches_are_kept_at_the_close(recon_tx: Tx) -> None:
    post_entries(recon_tx, [capture(1), settle(DAY), credit(DAY), capture(2, beneficiary="x")])
    close_day(recon_tx, DAY, now=NOW)
    kept = recon_tx.execute(text("SELECT DISTINCT batch FROM ledger.batch_snapshot")).scalars()
    assert list(kept) == ["vnpay/2026-11-20/x"]


@dataclass(frozen=True)
class Move:
    """Some transfer, some days after the first."""

    after_days: int
    places: tuple[Account, Account]
    amount: Money
    batch: str


moves = st.builds(
    Move,
    after_days=st.integers(0, 5),
    places=st.permutations(ACCOUNTS).map(lambda places: (places[0], places[1])),
    amount=st.integers(1, 100).map(Money),
    batch=st.sampled_from(["b1", "b2"]),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moves, min_size=1, max_size=12), st.integers(-1, 4), st.integers(-1, 6))
def test_a_snapshot_and_what_moved_since_is_the_sum_of_everything(
    recon_tx: Tx, planned: list[Move], closed_through: int, asked: int
) -> None:
    with recon_tx.begin_nested() as undone:
        for after_days in range(6):
            batch = [
                _entry(number, move)
                for number, move in enumerate(planned)
                if move.after_days == after_days
            ]
            post_entries(recon_tx, batch)
            if after_days == closed_through or (batch and after_days < closed_through):
                close_day(recon_tx, DAY + timedelta(days=after_days), now=NOW)
        as_of = DAY + timedelta(days=asked)
        counted = [move for move in planned if move.after_days <= asked]
        assert {
            place: one.net.vnd for place, one in balances(recon_tx, as_of=as_of).items()
        } == _sums(counted, lambda place, _: place)
        assert {
            (one.account, one.batch): one.net.vnd for one in uncleared(recon_tx, until=as_of)
        } == {
            key: net
            for key, net in _sums(counted, lambda place, batch: (place, batch)).items()
            if net and key[0].kind in CLEARING
        }
        undone.rollback()


def _entry(number: int, move: Move) -> Entry:
    return Entry(
        movement="captured",
        key=f"move:{number}",
        business_date=DAY + timedelta(days=move.after_days),
        source="test",
        transfers=(Transfer(*move.places, move.amount, move.batch),),
    )


def _sums(moved: list[Move], key_of: Callable[[Account, str], Key]) -> dict[Key, int]:
    sums: defaultdict[Key, int] = defaultdict(int)
    for move in moved:
        sums[key_of(move.places[0], move.batch)] += move.amount.vnd
        sums[key_of(move.places[1], move.batch)] -= move.amount.vnd
    return dict(sums)


def _clock(tx: Tx) -> datetime:
    now: datetime = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
    return now


def test_balances_are_whole_while_others_post(open_tx: OpenTx) -> None:
    with open_tx() as reading, open_tx() as writing:
        post_entries(writing, [capture(1)])
        assert balances(reading) == {}
