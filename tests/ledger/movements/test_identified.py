"""Money in suspense belongs to somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.identified import identified
from tests.ledger.movement_samples import shown
from tests.ledger.samples import DAY, amounts

WAITING = "vnpay/2026-11-19/suspense"
OWED = {"kbnn-0011": "payable:kbnn-0011", None: "refund_payable:vnpay"}
WAITED_AS = {True: "suspense_difference:vnpay", False: "suspense_unidentified:vnpay"}


def _identified(
    amount: Money, *, beneficiary: str | None, differs: bool = False, batch: str = WAITING
) -> Entry:
    return identified(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        beneficiary=beneficiary,
        differs=differs,
        batch=batch,
        amount=amount,
    )


@given(
    amounts,
    st.sampled_from(sorted(OWED, key=str)),
    st.sampled_from([WAITING, "vnpay/2026-11-19/kbnn-0011"]),
)
def test_what_has_an_owner_waits_no_more_and_keeps_its_batch(
    amount: Money, beneficiary: str | None, batch: str
) -> None:
    for differs, suspense in WAITED_AS.items():
        entry = _identified(amount, beneficiary=beneficiary, differs=differs, batch=batch)
        assert shown(entry) == [(suspense, OWED[beneficiary], amount.vnd, batch)]


@pytest.mark.parametrize(
    ("beneficiary", "batch"),
    [
        ("kbnn-0011", "vnpay/2026-11-19/kbnn-0012"),
        ("kbnn-0011", "momo/2026-11-19/suspense"),
        (None, "momo/2026-11-19/suspense"),
    ],
)
def test_what_came_in_for_others_is_not_given_away(beneficiary: str | None, batch: str) -> None:
    with pytest.raises(ValueError, match="passes on"):
        _identified(Money(1), beneficiary=beneficiary, batch=batch)
