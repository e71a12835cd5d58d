"""Posting: all or none, each key once, whoever comes first."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.entry import Entry
from ledger.errors import DayClosed, EntryRefused, KeyUsedDifferently
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.days import close_day
from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.post import Posted, post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.attempts import wait_until_waiting
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture, entries

RECEIVABLE = capture(1).transfers[0].debit


def test_posting_twice_moves_money_once(tx: Tx) -> None:
    (first,) = post_entries(tx, [capture(1)])
    (second,) = post_entries(tx, [capture(1)])
    assert (first.is_new, second.is_new) == (True, False)
    assert first.entry_id == second.entry_id
    assert balance(tx, RECEIVABLE).net == Money(750_000)


def test_the_same_key_twice_in_one_call_moves_money_once(tx: Tx) -> None:
    posted = post_entries(tx, [capture(2), capture(1), capture(2), capture(2)])
    assert [one.is_new for one in posted] == [True, True, False, False]
    assert [one.key for one in posted] == [capture(n).key for n in (2, 1, 2, 2)]
    assert posted[0].entry_id == posted[2].entry_id == posted[3].entry_id
    assert balance(tx, RECEIVABLE).net == Money(1_500_000)


def test_of_equal_keys_in_one_call_the_first_counts(recon_tx: Tx) -> None:
    many = [capture(number % 7) for number in range(70)]
    posted = post_entries(recon_tx, many)
    assert [one.is_new for one in posted] == [number < 7 for number in range(70)]
    close_day(recon_tx, DAY, now=NOW)
    with pytest.raises(DayClosed):
        post_entries(recon_tx, [capture(8), *[capture(8, amount=1)] * 20])


def test_posting_nothing_is_fine(tx: Tx) -> None:
    assert post_entries(tx, []) == []


def test_answers_come_in_the_order_asked(tx: Tx) -> None:
    post_entries(tx, [capture(number) for number in (5, 3)])
    order = [9, 3, 7, 5, 1]
    posted = post_entries(tx, [capture(number) for number in order])
    assert [one.key for one in posted] == [capture(number).key for number in order]
    assert [one.is_new for one in posted] == [True, False, True, False, True]


@pytest.mark.parametrize(
    "other",
    [
        capture(1, amount=750_001),
        capture(1, day=NEXT_DAY),
        capture(1, beneficiary="kbnn-0012"),
        replace(capture(1), source="evidence:2"),
        replace(capture(1), movement="parked"),
        replace(capture(1), transfers=capture(1).transfers * 2),
    ],
)
def test_a_key_with_other_content_is_refused_by_name(tx: Tx, other: Entry) -> None:
    post_entries(tx, [capture(1)])
    with pytest.raises(KeyUsedDifferently, match=other.key) as refused, tx.begin_nested():
        post_entries(tx, [capture(2), other])
    assert refused.value.key == other.key
    assert set(entries_by_key(tx, [capture(1).key, capture(2).key])) == {capture(1).key}


def test_a_key_with_two_contents_in_one_call_is_refused_by_name(tx: Tx) -> None:
    with pytest.raises(KeyUsedDifferently, match=capture(1).key):
        post_entries(tx, [capture(1), capture(2), capture(1, amount=1)])


def test_a_correction_finds_what_it_corrects(tx: Tx) -> None:
    correction = replace(capture(2), corrects=capture(1).key)
    post_entries(tx, [capture(1)])
    post_entries(tx, [correction])
    assert entries_by_key(tx, [correction.key]) == {correction.key: correction}


def test_corrections_find_what_they_correct_among_others(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2)])
    batch = [
        replace(capture(5), corrects=capture(2).key),
        capture(3),
        replace(capture(4), corrects=capture(1).key),
    ]
    assert all(one.is_new for one in post_entries(tx, batch))
    assert entries_by_key(tx, [entry.key for entry in batch]) == {
        entry.key: entry for entry in batch
    }


def test_an_entry_of_many_transfers_keeps_their_order(tx: Tx) -> None:
    legs = tuple(
        replace(capture(1).transfers[0], amount=Money(amount)) for amount in (3, 1, 2, 2, 9)
    )
    many = replace(capture(1), transfers=legs)
    post_entries(tx, [many])
    post_entries(tx, [capture(2), replace(many, key="captured:vnpay:3")])
    found = entries_by_key(tx, [many.key, "captured:vnpay:3"])
    assert [entry.transfers for entry in found.values()] == [legs, legs]


def test_a_correction_of_nothing_is_refused(tx: Tx) -> None:
    with pytest.raises(EntryRefused, match="captured:vnpay:1 is not in the book"):
        post_entries(tx, [replace(capture(2), corrects="captured:vnpay:1")])


def test_a_new_entry_for_a_closed_day_is_refused_by_its_date(recon_tx: Tx) -> None:
    post_entries(recon_tx, [capture(1)])
    close_day(recon_tx, DAY, now=NOW)
    with pytest.raises(DayClosed) as refused:
        post_entries(recon_tx, [capture(2, day=NEXT_DAY), capture(3)])
    assert refused.value.business_date == DAY


def test_repeating_an_entry_of_a_closed_day_is_no_refusal(recon_tx: Tx) -> None:
    post_entries(recon_tx, [capture(1)])
    close_day(recon_tx, DAY, now=NOW)
    (again,) = post_entries(recon_tx, [capture(1)])
    assert not again.is_new
    both = post_entries(recon_tx, [capture(1), capture(2, day=NEXT_DAY)])
    assert [one.is_new for one in both] == [False, True]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries, min_size=1, max_size=5, unique_by=lambda entry: entry.key))
def test_what_the_book_gives_back_is_what_was_posted(tx: Tx, batch: list[Entry]) -> None:
    with tx.begin_nested() as undone:
        posted = post_entries(tx, batch)
        again = post_entries(tx, batch)
        assert all(one.is_new for one in posted)
        assert [replace(one, is_new=False) for one in posted] == again
        assert entries_by_key(tx, [entry.key for entry in batch]) == {
            entry.key: entry for entry in batch
        }
        undone.rollback()


def test_calls_that_share_keys_in_opposite_orders_do_not_deadlock(open_tx: OpenTx) -> None:
    entries = sorted((capture(number) for number in range(20)), key=lambda entry: entry.key)
    _post(open_tx, [capture(99)])  # So that nobody waits for the accounts.
    with ThreadPoolExecutor(max_workers=2) as pool:
        with open_tx() as holding:
            post_entries(holding, [entries[10]])
            forwards = pool.submit(_post, open_tx, entries)
            backwards = pool.submit(_post, open_tx, entries[::-1])
            # Each has come as far as it can: up to the key that is held, or to the other's.
            wait_until_waiting(open_tx, transactions=2)
        posted = forwards.result() + backwards.result()
    assert sorted(_new(posted)) == [entry.key for entry in entries if entry != entries[10]]


def test_calls_that_open_accounts_in_opposite_orders_do_not_deadlock(open_tx: OpenTx) -> None:
    entries = [capture(number, beneficiary=f"kbnn-{number:04}") for number in range(20)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        with open_tx() as holding:
            post_entries(holding, [capture(99, beneficiary="kbnn-0010")])
            forwards = pool.submit(_post, open_tx, entries)
            backwards = pool.submit(_post, open_tx, entries[::-1])
            wait_until_waiting(open_tx, transactions=2)
        posted = forwards.result() + backwards.result()
    assert sorted(_new(posted)) == sorted(entry.key for entry in entries)


def test_calls_at_the_same_time_move_money_once(open_tx: OpenTx) -> None:
    entries = [capture(number, gateway=f"psp{number % 5}") for number in range(100)]
    start = threading.Barrier(4)

    def post(order: int) -> list[Posted]:
        start.wait()
        return _post(open_tx, entries[::order])

    with ThreadPoolExecutor(max_workers=4) as pool:
        posted = [one for answers in pool.map(post, (1, -1, 1, -1)) for one in answers]
    assert sorted(_new(posted)) == sorted(entry.key for entry in entries)
    assert len({(one.key, one.entry_id) for one in posted}) == len(entries)


def _new(posted: Sequence[Posted]) -> list[str]:
    return [one.key for one in posted if one.is_new]


def test_a_key_that_another_transaction_gives_up_is_free(open_tx: OpenTx) -> None:
    _post(open_tx, [capture(99)])  # So that nobody waits for the accounts.
    with ThreadPoolExecutor(max_workers=1) as pool:
        with open_tx() as first:
            post_entries(first, [capture(1, amount=1)])
            waiting = pool.submit(_post, open_tx, [capture(1)])
            wait_until_waiting(open_tx, transactions=1)
            first.rollback()
        assert waiting.result()[0].is_new


def _post(open_tx: OpenTx, entries: Sequence[Entry]) -> list[Posted]:
    with open_tx() as tx:
        return post_entries(tx, entries)
