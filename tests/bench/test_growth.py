"""A filled book is one the program could have written, and refuses what every book refuses."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import psycopg
import pytest
from psycopg import sql

from api.clock import VIETNAM
from bench.growth import BYTES_MAX, Plan, TooBig, plan_of, require_room, size_of
from bench.place import BOOK, Place
from ledger.digest import digest_of
from ledger.errors import DayClosed
from ledger.money import ZERO, Money
from ledger.movements.captured import captured
from ledger.postgres.balances import balance, uncleared
from ledger.postgres.days import closed_days, open_days
from ledger.postgres.entry_rows import entries_by_key
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import trial_balance
from tests.bench.conftest import STORED

TODAY = date(2026, 11, 22)


@pytest.fixture
def book(place: Place, filled: Plan) -> Iterator[Tx]:
    assert filled.stored == STORED
    with place.book(BOOK, role="clearing_recon") as open_tx, open_tx() as tx:
        yield tx


def test_fifty_millions_take_a_year_of_closed_days_and_thousands_of_accounts() -> None:
    plan = plan_of(50_000_000, today=TODAY)
    assert (plan.closed_days, plan.parties, plan.open_transfers) == (365, 3_000, 1_000_000)
    assert plan.days[-1] == date(2026, 11, 21)
    assert plan.last_closed == date(2026, 11, 19)
    assert len(plan.days) == 367


def test_days_share_what_is_left_so_that_the_sum_comes_out() -> None:
    plan = plan_of(1_000_000, today=TODAY)
    written = 0
    for day in plan.days:
        share = plan.share_of(day, written=written)
        assert share > 0
        written += share
        if day == plan.last_closed:
            assert written == 500_000
    assert written == 1_000_000


def test_fifty_millions_fit_and_a_hundred_are_refused_with_the_number() -> None:
    require_room(50_000_000, free_bytes=70_000_000_000)
    with pytest.raises(TooBig, match=r"100,000,000 transfers take about 57\.0 GB, and 35\.0 GB"):
        require_room(100_000_000, free_bytes=10 * BYTES_MAX)


def test_a_nearly_full_disk_is_left_alone() -> None:
    with pytest.raises(TooBig, match=r"free: 10\.0 GB"):
        require_room(20_000_000, free_bytes=10_000_000_000)


def test_the_book_holds_what_the_plan_says(book: Tx, place: Place, filled: Plan) -> None:
    transfers = book.exec_driver_sql("SELECT count(*) FROM ledger.transfer").scalar_one()
    assert abs(int(transfers) - STORED) <= STORED // 50
    assert [day.business_date for day in closed_days(book)] == filled.days[: filled.closed_days]
    assert open_days(book) == filled.days[filled.closed_days :]
    assert size_of(place, BOOK).startswith(f"{transfers:,} transfers in ")


def test_every_digest_is_that_of_what_the_program_reads(book: Tx) -> None:
    rows = book.exec_driver_sql("SELECT idempotency_key, digest FROM ledger.entry").all()
    kept = {str(key): bytes(digest) for key, digest in rows}
    assert {key.partition(":")[0] for key in kept} == {"captured", "settled", "credited"}
    read = entries_by_key(book, kept.keys())
    assert {key: digest_of(entry) for key, entry in read.items()} == kept


def test_the_book_balances_and_only_the_last_day_waits_to_be_passed_on(
    book: Tx, filled: Plan
) -> None:
    assert trial_balance(book).is_balanced
    waiting = uncleared(book, until=filled.last)
    assert waiting
    assert {batch.batch.split("/")[1] for batch in waiting} == {filled.last.isoformat()}


def test_the_hot_account_gets_far_more_than_most(book: Tx, filled: Plan) -> None:
    hot = balance(book, filled.hot).credit
    assert hot > balance(book, filled.party(filled.parties - 1)).credit > ZERO


def test_days_closed_in_their_own_night_on_both_clocks(book: Tx, filled: Plan) -> None:
    morning = datetime.combine(filled.last_closed, time(5), tzinfo=VIETNAM)
    known_then = balance(book, filled.hot, recorded_by=morning)
    day_before = filled.last_closed - timedelta(days=1)
    assert known_then == balance(book, filled.hot, as_of=day_before)
    assert known_then != balance(book, filled.hot)


def test_a_filled_book_takes_entries_of_today_and_none_of_closed_days(
    book: Tx, filled: Plan
) -> None:
    def one(day: date) -> None:
        entry = captured(
            key=f"after/{day}",
            gateway="vnpay",
            business_date=day,
            source="test",
            lines=[("kbnn-0000", Money(1))],
        )
        post_entries(book, [entry])

    one(filled.today)
    with pytest.raises(DayClosed), book.begin_nested():
        one(filled.last_closed)
    book.rollback()


@pytest.mark.usefixtures("filled")
def test_the_triggers_stand_guard_again(place: Place) -> None:
    with psycopg.connect(place.address(BOOK)) as superuser:
        for table in ("transfer", "entry", "closed_day", "month"):
            with pytest.raises(psycopg.errors.Error, match="only grows"), superuser.transaction():
                superuser.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("ledger", table)))
        row = superuser.execute(
            "SELECT array_agg(DISTINCT tgenabled) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid IN ("
            " 'ledger.entry'::regclass, 'ledger.transfer'::regclass,"
            " 'ledger.closed_day'::regclass, 'ledger.month'::regclass)"
        ).fetchone()
        assert row == (["A"],)
        row = superuser.execute("SELECT to_regnamespace('bench')").fetchone()
        assert row == (None,)
