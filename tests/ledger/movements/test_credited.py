"""What we owed has arrived."""

import pytest
from hypothesis import given

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.credited import credited
from tests.ledger.samples import DAY, amounts


def _credited(amount: Money, batch: str = "vnpay/2026-11-19/kbnn-0011") -> Entry:
    return credited(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="statement:1:7",
        beneficiary="kbnn-0011",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_arrived_is_neither_owed_nor_in_transit(amount: Money) -> None:
    (transfer,) = _credited(amount).transfers
    assert transfer.debit == Account(AccountKind.PAYABLE, "kbnn-0011")
    assert transfer.credit == Account(AccountKind.IN_TRANSIT, "vnpay")
    assert (transfer.amount, transfer.batch) == (amount, "vnpay/2026-11-19/kbnn-0011")


def test_money_whose_owner_was_found_later_arrives_under_the_batch_it_waited_in() -> None:
    (transfer,) = _credited(Money(1), "vnpay/2026-11-19/suspense").transfers
    assert transfer.batch == "vnpay/2026-11-19/suspense"


@pytest.mark.parametrize("batch", ["momo/2026-11-19/kbnn-0011", "vnpay/2026-11-19/kbnn-0012"])
def test_money_arrives_only_under_the_batch_it_came_in_with(batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _credited(Money(1), batch)
