"""Days close once, in order, with everything that was posted into them."""

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from ledger.digest import digest_of
from ledger.errors import DayClosed, DayOutOfOrder
from ledger.postgres.balances import balances
from ledger.postgres.days import close_day, closed_days, first_open_from, is_closed, open_days
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.attempts import WAIT_S, wait_until_waiting
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture


def test_a_closed_day_keeps_what_was_in_it(recon_tx: Tx) -> None:
    batch = [capture(2), capture(1)]
    posted = post_entries(recon_tx, batch)
    assert close_day(recon_tx, DAY, now=NOW)
    (day,) = closed_days(recon_tx)
    assert (day.business_date, day.closed_at) == (DAY, NOW)
    assert (day.entry_count, day.transfer_count) == (2, 2)
    in_order = sorted(zip(posted, batch, strict=True), key=lambda pair: pair[0].entry_id)
    digests = b"".join(digest_of(entry) for _, entry in in_order)
    assert day.checksum == hashlib.sha256(digests).digest()


def test_a_day_without_entries_closes_too(recon_tx: Tx) -> None:
    close_day(recon_tx, DAY, now=NOW)
    (day,) = closed_days(recon_tx)
    assert (day.entry_count, day.checksum) == (0, hashlib.sha256(b"").digest())


def test_closing_twice_changes_nothing(recon_tx: Tx) -> None:
    close_day(recon_tx, DAY, now=NOW)
    before = closed_days(recon_tx)
    assert not close_day(recon_tx, DAY, now=NOW + timedelta(days=1))
    assert closed_days(recon_tx) == before


def test_a_day_waits_for_earlier_days_with_entries(recon_tx: Tx) -> None:
    post_entries(recon_tx, [capture(1), capture(2, day=NEXT_DAY)])
    with pytest.raises(DayOutOfOrder) as refused, recon_tx.begin_nested():
        close_day(recon_tx, NEXT_DAY, now=NOW)
    assert refused.value.business_date == DAY
    assert close_day(recon_tx, DAY, now=NOW)
    assert close_day(recon_tx, NEXT_DAY, now=NOW)


def test_days_without_entries_are_passed_over_and_stay_closed(recon_tx: Tx) -> None:
    close_day(recon_tx, DAY - timedelta(days=7), now=NOW)
    close_day(recon_tx, DAY, now=NOW)
    passed_over = DAY - timedelta(days=2)
    assert is_closed(recon_tx, passed_over)
    with pytest.raises(DayClosed), recon_tx.begin_nested():
        post_entries(recon_tx, [capture(1, day=passed_over)])
    with pytest.raises(DayOutOfOrder):
        close_day(recon_tx, passed_over, now=NOW)


@pytest.mark.parametrize(
    ("asked", "closed", "first_open"),
    [
        (DAY - timedelta(days=9), True, NEXT_DAY),
        (DAY, True, NEXT_DAY),
        (NEXT_DAY, False, NEXT_DAY),
        (NEXT_DAY + timedelta(days=1), False, NEXT_DAY + timedelta(days=1)),
    ],
)
def test_money_that_comes_late_goes_into_the_first_open_day(
    recon_tx: Tx, asked: date, *, closed: bool, first_open: date
) -> None:
    close_day(recon_tx, DAY, now=NOW)
    assert is_closed(recon_tx, asked) == closed
    assert first_open_from(recon_tx, asked) == first_open


def test_before_any_close_every_day_is_open(tx: Tx) -> None:
    assert not is_closed(tx, DAY)
    assert first_open_from(tx, DAY) == DAY
    assert closed_days(tx) == []


def test_open_days_are_those_with_entries_after_the_last_close(recon_tx: Tx) -> None:
    assert open_days(recon_tx) == []
    later = NEXT_DAY + timedelta(days=5)
    post_entries(
        recon_tx, [capture(1), capture(2, day=later), capture(3), capture(4, day=NEXT_DAY)]
    )
    assert open_days(recon_tx) == [DAY, NEXT_DAY, later]
    close_day(recon_tx, DAY, now=NOW)
    assert open_days(recon_tx) == [NEXT_DAY, later]


def test_closed_days_can_be_asked_from_a_day_on(recon_tx: Tx) -> None:
    close_day(recon_tx, DAY, now=NOW)
    close_day(recon_tx, NEXT_DAY, now=NOW)
    assert [day.business_date for day in closed_days(recon_tx, since=NEXT_DAY)] == [NEXT_DAY]


@pytest.mark.parametrize("closed_before", [None, DAY - timedelta(days=1), DAY - timedelta(days=9)])
def test_a_close_waits_for_who_is_posting_into_the_day(
    open_tx: OpenTx, open_recon_tx: OpenTx, closed_before: date | None
) -> None:
    _close(open_recon_tx, closed_before)
    with ThreadPoolExecutor(max_workers=1) as pool:
        with open_tx() as posting:
            post_entries(posting, [capture(1)])
            closing = pool.submit(_close, open_recon_tx, DAY)
            wait_until_waiting(open_tx, transactions=1)
            assert not closing.done()
        assert closing.result(WAIT_S)
    with open_tx() as tx:
        (*_, day) = closed_days(tx)
        assert (day.business_date, day.entry_count) == (DAY, 1)
        assert len(balances(tx)) == 2


@pytest.mark.parametrize("closed_before", [None, DAY - timedelta(days=1), DAY - timedelta(days=9)])
def test_who_posts_while_the_day_closes_finds_it_closed(
    open_tx: OpenTx, open_recon_tx: OpenTx, closed_before: date | None
) -> None:
    _close(open_recon_tx, closed_before)
    with ThreadPoolExecutor(max_workers=1) as pool:
        with open_recon_tx() as closing:
            close_day(closing, DAY, now=NOW)
            posting = pool.submit(_post_one, open_tx, 1)
            wait_until_waiting(open_tx, transactions=1)
        with pytest.raises(DayClosed):
            posting.result(WAIT_S)
    with open_tx() as tx:
        assert balances(tx) == {}


@pytest.mark.parametrize("closed_before", [None, DAY - timedelta(days=9)])
def test_a_close_waits_for_who_is_posting_into_a_day_it_passes_over(
    open_tx: OpenTx, open_recon_tx: OpenTx, closed_before: date | None
) -> None:
    _close(open_recon_tx, closed_before)
    passed_over = DAY - timedelta(days=2)
    with ThreadPoolExecutor(max_workers=1) as pool:
        with open_tx() as posting:
            post_entries(posting, [capture(1, day=passed_over)])
            closing = pool.submit(_close, open_recon_tx, DAY)
            wait_until_waiting(open_tx, transactions=1)
        with pytest.raises(DayOutOfOrder) as refused:
            closing.result(WAIT_S)
    assert refused.value.business_date == passed_over


@pytest.mark.parametrize("closed_before", [None, DAY - timedelta(days=9)])
def test_who_posts_into_a_day_being_passed_over_finds_it_closed(
    open_tx: OpenTx, open_recon_tx: OpenTx, closed_before: date | None
) -> None:
    _close(open_recon_tx, closed_before)
    with ThreadPoolExecutor(max_workers=1) as pool:
        with open_recon_tx() as closing:
            close_day(closing, DAY, now=NOW)
            posting = pool.submit(_post_one, open_tx, 1, DAY - timedelta(days=2))
            wait_until_waiting(open_tx, transactions=1)
        with pytest.raises(DayClosed):
            posting.result(WAIT_S)


def test_the_next_day_is_posted_into_while_a_day_closes(
    open_tx: OpenTx, open_recon_tx: OpenTx
) -> None:
    _close(open_recon_tx, DAY - timedelta(days=1))
    with open_recon_tx() as closing:
        close_day(closing, DAY, now=NOW)
        with open_tx() as tx:
            tx.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert post_entries(tx, [capture(1, day=NEXT_DAY)])[0].is_new


def test_two_who_close_the_same_day_close_it_once(open_recon_tx: OpenTx) -> None:
    start = threading.Barrier(2)

    def close_together(_: int) -> bool:
        start.wait()
        return _close(open_recon_tx, DAY)

    with ThreadPoolExecutor(max_workers=2) as pool:
        assert sorted(pool.map(close_together, range(2))) == [False, True]


def _close(open_recon_tx: OpenTx, day: date | None) -> bool:
    if day is None:
        return False
    with open_recon_tx() as tx:
        return close_day(tx, day, now=NOW)


def _post_one(open_tx: OpenTx, number: int, day: date = DAY) -> None:
    with open_tx() as tx:
        post_entries(tx, [capture(number, day=day)])
