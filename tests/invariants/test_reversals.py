"""An entry is taken back whole, by its exact mirror, and once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger.digest import digest_of
from ledger.entry import Entry
from ledger.errors import AlreadyReversed, BookRefused, EntryRefused
from ledger.money import ZERO, Money
from ledger.movements.reversed import reversed as mirror_of
from ledger.postgres.balances import balance, balances
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.attempts import as_role, disable, filled, leg, refusal
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

BY_HAND = """
    WITH added AS (
        INSERT INTO ledger.entry (movement, idempotency_key, business_date, source,
            corrects_entry_id, digest)
        SELECT 'reversed', 'reversed:1', '2026-11-21', 'staff:1', entry_id, '<digest>'
        FROM ledger.entry WHERE idempotency_key = 'captured:vnpay:1'
        RETURNING entry_id
    ), legs AS (
        INSERT INTO ledger.transfer (entry_id, ordinal, debit_account_id, credit_account_id,
            amount_vnd, batch, business_date)
        SELECT added.entry_id, leg.* FROM added, (VALUES <legs>)
            AS leg (ordinal, debit, credit, amount, batch, day)
    ) SELECT FROM added
"""


def back(entry: Entry, *, key: str = "reversed:1", day: date = NEXT_DAY) -> Entry:
    """Return the mirror of an entry."""
    return mirror_of(entry, key=key, business_date=day, source="staff:1")


def test_a_mirror_leaves_every_account_where_it_was(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=date(2027, 1, 5))])
    post_entries(
        tx,
        [back(capture(1)), back(capture(2, day=date(2027, 1, 5)), key="r:2", day=date(2027, 2, 9))],
    )
    assert {found.net for found in balances(tx).values()} == {ZERO}


def test_a_reversal_is_repeated_like_any_entry(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    assert [post_entries(tx, [back(capture(1))])[0].is_new for _ in range(2)] == [True, False]


def test_nothing_is_taken_back_twice_but_a_reversal_may_be(tx: Tx) -> None:
    post_entries(tx, [capture(1)])
    post_entries(tx, [back(capture(1))])
    with pytest.raises(AlreadyReversed), tx.begin_nested():
        post_entries(tx, [back(capture(1), key="reversed:2")])
    again = back(back(capture(1)), key="reversed:3")
    post_entries(tx, [again])
    assert balance(tx, capture(1).transfers[0].debit).net == Money(750_000)
    with pytest.raises(AlreadyReversed), tx.begin_nested():
        post_entries(tx, [back(back(capture(1)), key="reversed:4")])


def test_a_hundred_at_once_take_back_once(open_tx: OpenTx) -> None:
    with open_tx() as tx:
        post_entries(tx, [capture(1)])

    def take_back(number: int) -> type[BookRefused] | None:
        try:
            with open_tx() as tx:
                post_entries(tx, [back(capture(1), key=f"reversed:{number}")])
        except BookRefused as refused:
            return type(refused)
        return None

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(take_back, range(100)))
    assert sorted(map(str, outcomes)) == sorted(map(str, [None, *[AlreadyReversed] * 99]))
    with open_tx() as tx:
        assert balance(tx, capture(1).transfers[0].debit).net == ZERO


def test_the_same_reversal_from_many_at_once_is_one_and_the_same(open_tx: OpenTx) -> None:
    numbers = range(40)
    with open_tx() as tx:
        post_entries(tx, [capture(number) for number in numbers])

    def take_back(caller: int) -> list[int]:
        found: dict[int, int] = {}
        for number in numbers:
            # Pairs of entries, their keys in the one order here and in the other there.
            pair = (number, (number + 1) % len(numbers))
            keys = [f"r:{min(one, len(numbers) - one)}:{one}" for one in pair]
            reversals = [back(capture(one), key=key) for one, key in zip(pair, keys, strict=True)]
            with open_tx() as tx:
                posted = post_entries(tx, reversals[:: 1 if caller % 2 else -1])
            found |= {number: posted[0 if caller % 2 else 1].entry_id}
        return [found[number] for number in numbers]

    with ThreadPoolExecutor(4) as pool:
        first, *others = pool.map(take_back, range(4))
    assert others == [first] * 3


RIGHT = back(capture(1))
(TAKEN,) = RIGHT.transfers
NOT_ITS_MIRROR = [
    replace(RIGHT, transfers=capture(1).transfers),
    replace(RIGHT, transfers=(TAKEN, TAKEN)),
    replace(RIGHT, transfers=(replace(TAKEN, amount=Money(749_999)),)),
    replace(RIGHT, transfers=(replace(TAKEN, batch="other"),)),
    replace(RIGHT, business_date=DAY - timedelta(days=1)),
    replace(RIGHT, corrects="captured:vnpay:2"),
    replace(RIGHT, corrects="captured:vnpay:404"),
    replace(RIGHT, corrects=None),
]


@pytest.mark.parametrize("wrong", NOT_ITS_MIRROR)
def test_what_is_not_the_mirror_of_what_it_names_is_refused(tx: Tx, wrong: Entry) -> None:
    post_entries(tx, [capture(1), capture(2, amount=2)])
    with pytest.raises(EntryRefused), tx.begin_nested():
        post_entries(tx, [wrong])
    with pytest.raises(EntryRefused), tx.begin_nested():
        post_entries(tx, [capture(3), wrong, capture(4)])
    post_entries(tx, [RIGHT])


def test_an_entry_with_several_transfers_is_taken_back_in_their_order(tx: Tx) -> None:
    one, other = capture(1), capture(1, amount=2, beneficiary="kbnn-0012")
    both = replace(one, transfers=one.transfers + other.transfers)
    post_entries(tx, [both])
    swapped = back(both)
    with pytest.raises(EntryRefused), tx.begin_nested():
        post_entries(tx, [replace(swapped, transfers=swapped.transfers[::-1])])
    post_entries(tx, [swapped])


def test_what_a_closed_day_holds_is_taken_back_on_an_open_one(owner_tx: Tx) -> None:
    as_role(owner_tx, "clearing_recon")
    post_entries(owner_tx, [capture(1)])
    close_day(owner_tx, DAY, now=NOW)
    with pytest.raises(BookRefused), owner_tx.begin_nested():
        post_entries(owner_tx, [back(capture(1), day=DAY)])
    post_entries(owner_tx, [back(capture(1))])


def test_by_hand_too_only_the_mirror_goes_in(owner_tx: Tx) -> None:
    post_entries(owner_tx, [capture(1)])
    right = back(capture(1))
    mirror = leg(debit="payable:kbnn-0011", credit="receivable:vnpay", day="2026-11-21")
    less = leg(debit="payable:kbnn-0011", credit="receivable:vnpay", day="2026-11-21", amount=1)
    wrong = replace(right, transfers=(replace(right.transfers[0], amount=Money(1)),))
    assert refusal(owner_tx, filled(BY_HAND, digest=digest_of(wrong), legs=less)) == "LD012"
    disable(owner_tx, "check_entries", table="entry")
    assert refusal(owner_tx, filled(BY_HAND, digest=digest_of(right), legs=mirror)) is None
    owner_tx.execute(text("ALTER TABLE ledger.entry ENABLE ALWAYS TRIGGER check_entries"))
    twice = filled(BY_HAND, digest=digest_of(back(capture(1), key="r:2")), legs=mirror)
    assert refusal(owner_tx, twice.replace("'reversed:1'", "'r:2'")) == "23505"
