"""A beneficiary pays the fee."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.fee_borne import fee_borne
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _fee_borne(amount: Money, batch: str = BATCH) -> Entry:
    return fee_borne(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        beneficiary="kbnn-0011",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_a_fee_the_beneficiary_bears_is_owed_to_it_no_more(amount: Money) -> None:
    assert shown(_fee_borne(amount)) == [
        ("payable:kbnn-0011", "gateway_fee:vnpay", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize("batch", ["momo/2026-11-19/kbnn-0011", "vnpay/2026-11-19/kbnn-0012"])
def test_nobody_bears_the_fee_of_others(batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _fee_borne(Money(1), batch)
