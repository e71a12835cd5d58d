"""A claim about money never taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.dropped import dropped
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"

OWED = {"kbnn-0011": "payable:kbnn-0011", None: "refund_payable:vnpay"}


def _dropped(amount: Money, *, beneficiary: str | None = "kbnn-0011", batch: str = BATCH) -> Entry:
    return dropped(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        party="kbnn-0012",
        beneficiary=beneficiary,
        batch=batch,
        amount=amount,
    )


@given(amounts, st.sampled_from(sorted(OWED, key=str)))
def test_what_was_never_taken_is_neither_claimed_nor_owed(
    amount: Money, beneficiary: str | None
) -> None:
    assert shown(_dropped(amount, beneficiary=beneficiary)) == [
        (OWED[beneficiary], "claim:kbnn-0012", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize(
    ("beneficiary", "batch"),
    [
        ("kbnn-0011", "vnpay/2026-11-19/kbnn-0012"),
        ("kbnn-0011", "momo/2026-11-19/kbnn-0011"),
        (None, "momo/2026-11-19/refund"),
    ],
)
def test_a_claim_ends_only_under_the_batch_that_is_owed(
    beneficiary: str | None, batch: str
) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _dropped(Money(1), beneficiary=beneficiary, batch=batch)
