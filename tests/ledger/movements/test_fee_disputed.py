"""A gateway kept too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import AccountKind
from ledger.entry import Entry
from ledger.money import Money
from ledger.movements.fee_disputed import fee_disputed
from tests.ledger.movement_samples import REPORTED, shown
from tests.ledger.samples import DAY, amounts

BATCH = "vnpay/2026-11-19/kbnn-0011"


def _fee_disputed(
    amount: Money, *, out_of: AccountKind = AccountKind.RECEIVABLE, batch: str = BATCH
) -> Entry:
    return fee_disputed(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        out_of=out_of,
        batch=batch,
        amount=amount,
    )


@given(amounts, st.sampled_from(REPORTED))
def test_what_was_kept_is_in_dispute_and_nowhere_else(amount: Money, out_of: AccountKind) -> None:
    assert shown(_fee_disputed(amount, out_of=out_of)) == [
        ("fee_dispute:vnpay", f"{out_of}:vnpay", amount.vnd, BATCH),
    ]


@pytest.mark.parametrize("out_of", sorted(set(AccountKind) - set(REPORTED)))
def test_a_fee_is_kept_from_what_a_gateway_passes_on(out_of: AccountKind) -> None:
    with pytest.raises(ValueError, match="not kept from"):
        _fee_disputed(Money(1), out_of=out_of)


def test_the_batch_is_of_the_same_gateway() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _fee_disputed(Money(1), batch="momo/2026-11-19/kbnn-0011")
