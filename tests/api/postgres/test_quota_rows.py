"""Counted tries as rows: all counted or fewer said, windows that end, and two at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from api.postgres import quota_rows
from api.postgres.errors import TriesNotKept
from api.postgres.quota_rows import Wanted
from ledger.postgres.transaction import OpenTx, Tx

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ONE, TWO = b"1" * 16, b"2" * 16


def _take(tx: Tx, *wanted: tuple[bytes, int], now: datetime = NOW) -> dict[bytes, int]:
    until = now + timedelta(days=1)
    return dict(quota_rows.take(tx, [Wanted(key, most, until) for key, most in wanted], now=now))


def test_what_is_used_up_is_left_out_of_the_answer(tx: Tx) -> None:
    assert _take(tx, (ONE, 1), (TWO, 2)) == {ONE: 1, TWO: 1}
    assert _take(tx, (ONE, 1), (TWO, 2)) == {TWO: 2}
    assert quota_rows.counts(tx, [ONE, TWO, b"3" * 16], now=NOW) == {ONE: 1, TWO: 2}


def test_a_window_that_is_over_begins_anew(tx: Tx) -> None:
    _take(tx, (ONE, 1))
    assert _take(tx, (ONE, 1), now=LATER - timedelta(seconds=1)) == {}
    assert quota_rows.counts(tx, [ONE], now=LATER) == {}
    assert _take(tx, (ONE, 1), now=LATER) == {ONE: 1}
    assert quota_rows.counts(tx, [ONE], now=LATER + timedelta(hours=23)) == {ONE: 1}


def test_a_try_given_back_may_be_taken_again_and_never_twice(tx: Tx) -> None:
    _take(tx, (ONE, 1))
    for _ in range(2):
        quota_rows.give_back(tx, [ONE, TWO], now=NOW)
    assert quota_rows.counts(tx, [ONE], now=NOW) == {ONE: 0}
    assert _take(tx, (ONE, 1)) == {ONE: 1}


def test_only_windows_that_are_over_are_forgotten(tx: Tx) -> None:
    _take(tx, (ONE, 1))
    _take(tx, (TWO, 1), now=LATER)
    assert quota_rows.forget(tx, now=LATER) == 1
    assert quota_rows.counts(tx, [ONE, TWO], now=LATER) == {TWO: 1}


def test_tries_at_the_same_instant_in_any_order_count_once_each(open_tx: OpenTx) -> None:
    def try_once(turn: int) -> int:
        both = ((ONE, 30), (TWO, 30))
        with open_tx() as tx:
            return len(_take(tx, *(both if turn % 2 else both[::-1])))

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(try_once, range(40)))
    assert sorted(taken) == [0] * 10 + [2] * 30


def test_t32_a_table_that_is_gone_is_told_in_our_own_words(owner_tx: Tx) -> None:
    owner_tx.execute(text("DROP TABLE api.quota"))
    with pytest.raises(TriesNotKept):
        _take(owner_tx, (ONE, 1))


def test_a_share_is_counted_at_once_in_the_window_that_stands(tx: Tx) -> None:
    wanted, until = Wanted(ONE, 10, LATER), NOW + timedelta(minutes=1)
    first = Wanted(ONE, 10, until)
    assert quota_rows.take_share(tx, first, share=4, now=NOW) == (4, until)
    assert quota_rows.take_share(tx, wanted, share=4, now=NOW) == (8, until)
    assert quota_rows.take_share(tx, wanted, share=4, now=NOW) == (12, until)
    assert quota_rows.take_share(tx, wanted, share=4, now=until) == (4, LATER)


def test_shares_at_the_same_instant_are_all_counted(open_tx: OpenTx) -> None:
    def take(_turn: int) -> int:
        with open_tx() as tx:
            return quota_rows.take_share(tx, Wanted(ONE, 99, LATER), share=3, now=NOW)[0]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(20))) == list(range(3, 61, 3))
