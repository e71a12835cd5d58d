"""The journal as it is read: whole, in order, of the days and the instant asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from ledger.accounts import Account, AccountKind
from ledger.digest import digest_of
from ledger.errors import InstantAhead
from ledger.exports.journal import Line
from ledger.money import Money
from ledger.movements.reversed import reversed as reversed_entry
from ledger.postgres.journal_rows import read_journal
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from tests.ledger.samples import DAY, NEXT_DAY, capture

RECEIVABLE = Account(AccountKind.RECEIVABLE, "vnpay")
PAYABLE = Account(AccountKind.PAYABLE, "kbnn-0011")


def now() -> datetime:
    return datetime.now(UTC)


def test_a_line_says_all_the_book_does(tx: Tx) -> None:
    entry = capture(1)
    undone = reversed_entry(entry, key="reversed:1", business_date=NEXT_DAY, source="person:1")
    before = now()
    first, second = post_entries(tx, [entry]) + post_entries(tx, [undone])
    journal = read_journal(tx, first=None, last=None, recorded_by=None)
    taken, given_back = journal.lines
    assert before <= taken.recorded_at <= given_back.recorded_at <= now()
    assert taken == Line(
        entry_id=first.entry_id,
        key=entry.key,
        movement="captured",
        business_date=DAY,
        recorded_at=taken.recorded_at,
        source=entry.source,
        corrects=None,
        digest=digest_of(entry),
        ordinal=1,
        debit=RECEIVABLE.code,
        credit=PAYABLE.code,
        amount_vnd=750_000,
        batch=entry.transfers[0].batch,
    )
    assert (given_back.entry_id, given_back.corrects) == (second.entry_id, entry.key)
    assert (given_back.debit, given_back.credit) == (PAYABLE.code, RECEIVABLE.code)
    assert journal.days == [DAY, NEXT_DAY]
    assert list(journal.closing.items()) == [(RECEIVABLE, Money(0)), (PAYABLE, Money(0))]


def test_lines_come_by_day_then_in_the_order_of_the_book(tx: Tx) -> None:
    for number, day in ((1, NEXT_DAY), (2, DAY), (3, NEXT_DAY), (4, DAY)):
        post_entries(tx, [capture(number, day=day)])
    journal = read_journal(tx, first=None, last=None, recorded_by=None)
    assert [line.key.rpartition(":")[2] for line in journal.lines] == ["2", "4", "1", "3"]


def test_days_outside_the_span_are_opening_or_nothing(tx: Tx) -> None:
    post_entries(tx, [capture(1, day=DAY, amount=5), capture(2, day=NEXT_DAY, amount=7)])
    later = read_journal(tx, first=NEXT_DAY, last=None, recorded_by=None)
    assert [line.amount_vnd for line in later.lines] == [7]
    assert later.opening == {RECEIVABLE: Money(5), PAYABLE: Money(-5)}
    assert later.closing == {RECEIVABLE: Money(12), PAYABLE: Money(-12)}
    earlier = read_journal(tx, first=None, last=DAY, recorded_by=None)
    assert [line.amount_vnd for line in earlier.lines] == [5]
    assert earlier.opening == {}
    assert earlier.closing == {RECEIVABLE: Money(5), PAYABLE: Money(-5)}


def test_what_was_recorded_later_is_not_told(tx: Tx) -> None:
    post_entries(tx, [capture(1, amount=5)])
    told = read_journal(tx, first=None, last=None, recorded_by=None)
    lines = list(told.lines)
    post_entries(tx, [capture(2, amount=7), capture(3, day=NEXT_DAY, gateway="momo")])
    again = read_journal(tx, first=None, last=None, recorded_by=told.span.recorded_by)
    assert [line.amount_vnd for line in lines] == [5]
    assert (list(again.lines), again.days, again.closing) == (lines, told.days, told.closing)


def test_an_instant_that_has_not_come_is_refused(tx: Tx) -> None:
    with pytest.raises(InstantAhead):
        read_journal(tx, first=None, last=None, recorded_by=now() + timedelta(minutes=1))
