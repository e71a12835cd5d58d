"""The payer gets what the beneficiary gives up."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.refund_granted import refund_granted
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _refund_granted(amount: Money, batch: str = BATCH) -> Entry:
    return refund_granted(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        beneficiary="kbnn-0011",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_a_beneficiary_gives_up_is_owed_to_the_payer(amount: Money) -> None:
    assert shown(_refund_granted(amount)) == [
        ("payable:kbnn-0011", "refund_payable:vnpay", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize("batch", ["momo/2026-11-19/kbnn-0011", "vnpay/2026-11-19/kbnn-0012"])
def test_nobody_gives_up_what_is_owed_to_others(batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _refund_granted(Money(1), batch)
