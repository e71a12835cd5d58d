"""Overdue money has arrived."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.credited_late import credited_late
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _credited_late(amount: Money, batch: str = BATCH) -> Entry:
    return credited_late(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        beneficiary="kbnn-0011",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_arrived_late_is_neither_owed_nor_overdue(amount: Money) -> None:
    assert shown(_credited_late(amount)) == [
        ("payable:kbnn-0011", "overdue:vnpay", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize("batch", ["momo/2026-11-19/kbnn-0011", "vnpay/2026-11-19/kbnn-0012"])
def test_money_arrives_late_only_under_the_batch_it_came_in_with(batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _credited_late(Money(1), batch)
