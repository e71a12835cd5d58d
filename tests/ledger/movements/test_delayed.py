"""Money that does not arrive is overdue."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.delayed import delayed
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _delayed(amount: Money, batch: str = BATCH) -> Entry:
    return delayed(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_did_not_arrive_is_overdue_and_no_longer_on_its_way(amount: Money) -> None:
    assert shown(_delayed(amount)) == [
        ("overdue:vnpay", "in_transit:vnpay", amount.vnd, BATCH),
    ]


def test_only_what_this_gateway_passed_on_is_overdue_with_it() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _delayed(Money(1), "momo/2026-11-19/kbnn-0011")
