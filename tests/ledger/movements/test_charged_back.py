"""What a gateway takes back is a claim."""

import pytest
from hypothesis import given

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.charged_back import charged_back
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _charged_back(amount: Money, batch: str = BATCH) -> Entry:
    return charged_back(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        party="payer-1",
        batch=batch,
        amount=amount,
    )


@given(amounts)
def test_what_is_taken_back_is_a_claim_on_who_has_it(amount: Money) -> None:
    assert shown(_charged_back(amount)) == [
        ("claim:payer-1", "receivable:vnpay", amount.vnd, BATCH),
    ]


def test_a_gateway_keeps_what_it_takes_back_from_its_own_debt() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _charged_back(Money(1), "momo/2026-11-19/kbnn-0011")
