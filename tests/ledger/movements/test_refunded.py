"""A payer has the money back."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.refunded import refunded
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _refunded(amount: Money, batch: str = BATCH) -> Entry:
    return refunded(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_was_paid_back_is_neither_owed_to_the_payer_nor_by_the_gateway(amount: Money) -> None:
    assert shown(_refunded(amount)) == [
        ("refund_payable:vnpay", "receivable:vnpay", amount.vnd, BATCH),
    ]


def test_a_gateway_refunds_from_its_own_debt_alone() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _refunded(Money(1), "momo/2026-11-19/kbnn-0011")
