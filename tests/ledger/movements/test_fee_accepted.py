"""A fee in dispute is spent."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.fee_accepted import fee_accepted
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _fee_accepted(amount: Money, batch: str = BATCH) -> Entry:
    return fee_accepted(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_is_accepted_is_a_fee_and_no_dispute(amount: Money) -> None:
    assert shown(_fee_accepted(amount)) == [
        ("gateway_fee:vnpay", "fee_dispute:vnpay", amount.vnd, BATCH),
    ]


def test_a_fee_is_accepted_for_its_own_gateway() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _fee_accepted(Money(1), "momo/2026-11-19/kbnn-0011")
