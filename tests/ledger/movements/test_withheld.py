"""A refund kept from a payout is not on its way."""

import pytest
from hypothesis import given

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.withheld import withheld
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _withheld(amount: Money, batch: str = BATCH) -> Entry:
    return withheld(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="file:1:P1",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_is_kept_is_owed_again_and_not_in_transit(amount: Money) -> None:
    (transfer,) = _withheld(amount).transfers
    assert transfer.debit == Account(AccountKind.RECEIVABLE, "vnpay")
    assert transfer.credit == Account(AccountKind.IN_TRANSIT, "vnpay")
    assert (transfer.amount, transfer.batch) == (amount, BATCH)


def test_nothing_is_kept_from_another_gateways_batch() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _withheld(Money(1), "momo/2026-11-19/kbnn-0011")
