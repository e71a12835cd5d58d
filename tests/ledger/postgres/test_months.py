"""A month opens while others post and read, ahead of time or by the first posting into it."""

from datetime import date

import pytest
from psycopg import errors
from sqlalchemy import text

from ledger.accounts import Account, AccountKind
from ledger.digest import digest_of
from ledger.errors import EntryRefused
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.days import close_day
from ledger.postgres.months import open_months
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.attempts import BOTH, disable, filled, leg, refusal
from tests.ledger.samples import NOW, capture

FAR = date(2031, 5, 15)
RECEIVABLE = Account(AccountKind.RECEIVABLE, "vnpay")
PARTS = text(
    "SELECT count(*) FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid"
    " WHERE inhparent = 'ledger.transfer'::regclass"
)
UNGUARDED = text(
    """
    SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'ledger.transfer'::regclass AND 2 <> (
        SELECT count(*) FROM pg_trigger
        WHERE tgrelid = pg_class.oid AND tgenabled = 'A'
            AND tgname IN ('check_transfers', 'refuse_change')
    )
    """
)


def test_months_open_once_and_without_gaps(recon_tx: Tx) -> None:
    before = recon_tx.execute(PARTS).scalar_one()
    opened = open_months(recon_tx, through=FAR)
    assert opened > 50
    assert open_months(recon_tx, through=FAR) == 0
    assert recon_tx.execute(PARTS).scalar_one() == before + opened
    gaps = "SELECT count(*) - 1 FROM ledger.month WHERE until_day NOT IN (TABLE <from>)"
    gaps = gaps.replace("TABLE <from>", "SELECT from_day FROM ledger.month")
    assert recon_tx.execute(text(gaps)).scalar_one() == 0


def test_posting_opens_the_months_nobody_opened(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=FAR)])
    assert balance(tx, RECEIVABLE).net == Money(1_500_000)
    assert balance(tx, RECEIVABLE, as_of=date(2031, 5, 14)).net == Money(750_000)


def test_a_day_ten_years_ahead_is_a_mistake(tx: Tx) -> None:
    with pytest.raises(EntryRefused, match="months ahead"):
        post_entries(tx, [capture(1, day=date(9999, 12, 31))])


def test_months_ahead_are_counted_from_today_however_often_one_asks(recon_tx: Tx) -> None:
    today: date = recon_tx.execute(text("SELECT current_date")).scalar_one()
    for years in (4, 9):
        open_months(recon_tx, through=today.replace(day=1, year=today.year + years))
    with pytest.raises(EntryRefused, match="months ahead"):
        open_months(recon_tx, through=today.replace(day=1, year=today.year + 11))


def test_an_open_month_holds_nobody_up(open_tx: OpenTx, open_recon_tx: OpenTx) -> None:
    with open_tx() as posting, open_tx() as reading:
        post_entries(posting, [capture(1)])
        reading.execute(text("SELECT count(*) FROM ledger.transfer"))
        with open_recon_tx() as opening:
            opening.execute(text("SET LOCAL lock_timeout = '2s'"))
            open_months(opening, through=FAR)
            posting.execute(text("SET LOCAL lock_timeout = '2s'"))
            post_entries(posting, [capture(2)])
            reading.execute(text("SELECT count(*) FROM ledger.transfer"))
    with open_tx() as tx:
        post_entries(tx, [capture(3, day=FAR)])
        assert balance(tx, RECEIVABLE).net == Money(3 * 750_000)


def test_a_day_in_a_month_of_its_own_closes_like_any_other(recon_tx: Tx) -> None:
    far = recon_tx.execute(text("SELECT current_date + 300")).scalar_one()
    post_entries(recon_tx, [capture(1), capture(2, day=far)])
    close_day(recon_tx, date(2026, 11, 20), now=NOW)
    close_day(recon_tx, far, now=NOW)
    assert balance(recon_tx, RECEIVABLE, as_of=far).net == Money(1_500_000)


def test_no_day_more_than_a_year_ahead_closes_and_ends_the_book(recon_tx: Tx) -> None:
    with pytest.raises(EntryRefused, match="more than a year ahead"):
        close_day(recon_tx, date(9999, 12, 31), now=NOW)


def test_every_month_is_guarded_like_the_whole(owner_tx: Tx) -> None:
    open_months(owner_tx, through=FAR)
    assert owner_tx.execute(UNGUARDED).all() == []
    assert owner_tx.execute(PARTS).scalar_one() > 50


def test_a_month_named_directly_takes_no_transfer_past_the_checks(owner_tx: Tx) -> None:
    open_months(owner_tx, through=FAR)
    post_entries(owner_tx, [capture(9, amount=1)])
    statement = BOTH.replace("INTO ledger.transfer ", "INTO ledger.transfer_2031_05 ")
    statement = statement.replace("'2026-11-20', 'evidence", "'2031-05-15', 'evidence")
    right = digest_of(capture(1, day=FAR))
    legs = leg(day="2031-05-15", batch="vnpay/2031-05-15/kbnn-0011")
    wrong = leg(day="2031-05-15", batch="vnpay/2031-05-15/kbnn-0011", amount=1)
    assert statement != BOTH
    assert refusal(owner_tx, filled(statement, digest=right, legs=wrong)) == "LD004"
    disable(owner_tx, "check_entries", table="entry")
    assert refusal(owner_tx, filled(statement, digest=right, legs=wrong)) == "LD004"
    assert refusal(owner_tx, filled(statement, digest=right, legs=legs)) is None
    assert refusal(owner_tx, "DELETE FROM ledger.transfer_2031_05") == "LD005"
    assert refusal(owner_tx, "TRUNCATE ledger.transfer_2031_05") == "LD005"


def test_no_role_of_ours_opens_a_month_but_who_must(tx: Tx) -> None:
    opening = "SELECT ledger.open_months_v1('2031-05-15')"
    assert refusal(tx, opening) == errors.InsufficientPrivilege.sqlstate
