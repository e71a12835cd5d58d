"""Somebody owes an answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import AccountKind
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.claimed import claimed
from tests.ledger.movement_samples import CLAIMABLE, shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _claimed(
    amount: Money, *, out_of: AccountKind = AccountKind.RECEIVABLE, batch: str = BATCH
) -> Entry:
    return claimed(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        party="kbnn-0012",
        out_of=out_of,
        batch=batch,
        amount=amount,
    )


@given(amounts, st.sampled_from(CLAIMABLE))
def test_what_is_claimed_stands_with_its_debtor_alone(amount: Money, out_of: AccountKind) -> None:
    assert shown(_claimed(amount, out_of=out_of)) == [
        ("claim:kbnn-0012", f"{out_of}:vnpay", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize("out_of", sorted(set(AccountKind) - set(CLAIMABLE)))
def test_what_is_owed_to_others_or_spent_is_not_claimed(out_of: AccountKind) -> None:
    with pytest.raises(ValueError, match="claimed out of"):
        _claimed(Money(1), out_of=out_of)


def test_the_batch_is_of_the_same_gateway() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _claimed(Money(1), batch="momo/2026-11-19/kbnn-0011")
