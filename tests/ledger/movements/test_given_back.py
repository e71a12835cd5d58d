"""A beneficiary gave back what had arrived."""

import pytest
from hypothesis import given

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.given_back import given_back
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _given_back(amount: Money, batch: str = BATCH) -> Entry:
    return given_back(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="file:1:arrival:7",
        beneficiary="kbnn-0011",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_was_given_back_is_no_more_with_the_beneficiary(amount: Money) -> None:
    (transfer,) = _given_back(amount).transfers
    assert transfer.debit == Account(AccountKind.IN_TRANSIT, "vnpay")
    assert transfer.credit == Account(AccountKind.PAYABLE, "kbnn-0011")
    assert (transfer.amount, transfer.batch) == (amount, BATCH)


@pytest.mark.parametrize("batch", ["momo/2026-11-19/kbnn-0011", "vnpay/2026-11-19/kbnn-0012"])
def test_money_is_given_back_only_under_the_batch_it_came_in_with(batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _given_back(Money(1), batch)
