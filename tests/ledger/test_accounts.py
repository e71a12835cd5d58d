"""Only places of the chart."""

import pytest
from hypothesis import given

from ledger.accounts import CLEARING, Account, AccountKind, account_of, owed_to
from tests.ledger.samples import accounts


@given(accounts)
def test_a_code_names_its_account_and_no_other(account: Account) -> None:
    assert account_of(account.code) == account


@pytest.mark.parametrize(
    ("kind", "party"),
    [
        (AccountKind.RECEIVABLE, ""),
        (AccountKind.LOSS, "vnpay"),
        (AccountKind.PAYABLE, "kbnn 0011"),
        (AccountKind.PAYABLE, "kbnn:0011"),
        (AccountKind.PAYABLE, "-kbnn"),
        (AccountKind.PAYABLE, "x" * 41),
        (AccountKind.PAYABLE, "kbnn\n"),
    ],
)
def test_an_account_outside_the_chart_is_refused(kind: AccountKind, party: str) -> None:
    with pytest.raises(ValueError, match="party"):
        Account(kind, party)


@pytest.mark.parametrize("code", ["cash:vnpay", "", "receivable", "gain:me", "payable:a b"])
def test_a_code_outside_the_chart_names_nothing(code: str) -> None:
    with pytest.raises(ValueError, match=r"party|valid"):
        account_of(code)


def test_what_belongs_to_no_beneficiary_is_owed_to_the_payer() -> None:
    assert owed_to("kbnn-0011", gateway="vnpay") == Account(AccountKind.PAYABLE, "kbnn-0011")
    assert owed_to(None, gateway="vnpay") == Account(AccountKind.REFUND_PAYABLE, "vnpay")


def test_what_a_gateway_passes_on_clears_in_three_accounts() -> None:
    assert {AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT, AccountKind.PAYABLE} == CLEARING
