"""The whole book on one page."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry
from ledger.money import ZERO, Money, total
from ledger.postgres.balances import Balance
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import TrialBalance, trial_balance
from tests.ledger.samples import DAY, NEXT_DAY, capture, entries


def test_an_empty_book_balances(tx: Tx) -> None:
    assert trial_balance(tx) == TrialBalance(rows=(), debit_total=ZERO, credit_total=ZERO)
    assert trial_balance(tx).is_balanced


def test_accounts_come_in_the_order_of_the_chart(tx: Tx) -> None:
    post_entries(tx, [capture(1, gateway="vnpay"), capture(1, gateway="momo")])
    found = trial_balance(tx)
    assert found.rows == (
        (Account(AccountKind.RECEIVABLE, "momo"), Balance(Money(750_000), ZERO)),
        (Account(AccountKind.RECEIVABLE, "vnpay"), Balance(Money(750_000), ZERO)),
        (Account(AccountKind.PAYABLE, "kbnn-0011"), Balance(ZERO, Money(1_500_000))),
    )
    assert found.debit_total == found.credit_total == Money(1_500_000)


def test_a_trial_balance_is_of_a_business_date(tx: Tx) -> None:
    post_entries(tx, [capture(1), capture(2, day=NEXT_DAY)])
    assert trial_balance(tx, as_of=DAY).debit_total == Money(750_000)


def test_a_book_with_unequal_sides_says_so() -> None:
    assert not TrialBalance(rows=(), debit_total=Money(1), credit_total=ZERO).is_balanced


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(entries, max_size=6, unique_by=lambda entry: entry.key))
def test_whatever_is_posted_the_book_balances(tx: Tx, batch: list[Entry]) -> None:
    with tx.begin_nested() as undone:
        post_entries(tx, batch)
        found = trial_balance(tx)
        assert found.is_balanced
        assert found.debit_total == total(entry.amount for entry in batch)
        undone.rollback()
