"""The treasury's accounts: what is credited, when, and on which statement."""

from collections.abc import Sequence
from datetime import date

from gateways.simulators.store import Store
from gateways.simulators.treasury import StatementFile, expect, lose, open_accounts, state
from gateways.simulators.vnpay_settlement import Payout

FIRST, SECOND = date(2026, 9, 1), date(2026, 9, 3)
NOBODY = frozenset[str]()


def payout(name: str, *, vnd: int = 350_000, account: str = "KBNN-0021") -> Payout:
    return Payout(name, account, vnd, count=2, business_date=FIRST)


def stated(store: Store, day: date = FIRST, *, leave_out: frozenset[str] = NOBODY) -> StatementFile:
    file = state(store, day, leave_out=leave_out)
    assert file is not None
    return file


def shown(file: StatementFile) -> Sequence[str]:
    return [credit.payout for made in file.statements for credit in made.credits]


def test_each_account_gets_one_statement_with_its_credits(store: Store):
    expect(store, "VNPAY", [payout("A"), payout("B", vnd=10_000), payout("C", account="BHXH-01")])
    file = stated(store)
    assert file.name == "treasury-20260901.sta"
    assert [(one.account, one.opening_vnd, one.closing_vnd) for one in file.statements] == [
        ("BHXH-01", 0, 350_000),
        ("KBNN-0021", 0, 360_000),
    ]
    assert len({one.serial for one in file.statements}) == 2


def test_balances_and_numbers_continue_from_day_to_day(store: Store):
    expect(store, "VNPAY", [payout("A")])
    stated(store)
    expect(store, "VNPAY", [payout("B", vnd=10_000)])
    (later,) = stated(store, SECOND).statements
    assert (later.number, later.opening_vnd, later.closing_vnd) == (2, 350_000, 360_000)
    assert later.opened_on == FIRST


def test_a_day_without_credits_still_states_every_account(store: Store):
    open_accounts(store, ["KBNN-0021"])
    (made,) = stated(store).statements
    assert (made.opening_vnd, made.closing_vnd, made.credits) == (0, 0, ())


def test_asked_again_a_day_is_the_same_file(store: Store):
    expect(store, "VNPAY", [payout("A")])
    first = stated(store)
    again = stated(store)
    assert (again.name, again.content) == (first.name, first.content)


def test_a_payout_named_twice_is_credited_once(store: Store):
    expect(store, "VNPAY", [payout("A")])
    expect(store, "VNPAY", [payout("A")])
    assert shown(stated(store)) == ["A"]


def test_later_credits_of_a_day_make_a_second_file_that_continues(store: Store):
    expect(store, "VNPAY", [payout("A"), payout("C", account="BHXH-01")])
    stated(store)
    expect(store, "VNPAY", [payout("B", vnd=1)])
    second = stated(store)
    assert second.name == "treasury-20260901-2.sta"
    (made,) = second.statements
    assert (made.opening_vnd, made.closing_vnd, made.number) == (350_000, 350_001, 2)


def test_a_credit_left_out_comes_on_a_later_day(store: Store):
    expect(store, "VNPAY", [payout("A"), payout("B")])
    assert shown(stated(store, leave_out=frozenset({"A"}))) == ["B"]
    assert shown(stated(store, SECOND)) == ["A"]


def test_a_lost_credit_never_comes(store: Store):
    expect(store, "VNPAY", [payout("A"), payout("B")])
    lose(store, ["A"])
    assert shown(stated(store)) == ["B"]
    assert shown(stated(store, SECOND)) == []


def test_a_payout_is_not_credited_before_its_day(store: Store):
    expect(store, "VNPAY", [payout("A")])
    assert shown(stated(store, date(2026, 8, 31))) == []


def test_without_accounts_there_is_nothing_to_state(store: Store):
    assert state(store, FIRST, leave_out=NOBODY) is None


def test_a_statement_bears_the_number_its_bank_knows_the_account_by(store: Store):
    open_accounts(store, ["KB0111=7111.0.1054321"])
    assert ":25:7111.0.1054321" in stated(store).content.splitlines()
