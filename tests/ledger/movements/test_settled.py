"""What a gateway passed on, and its fee."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.entry import Entry
from ledger.money import ZERO, Money, total
from ledger.movements.settled import settled
from tests.ledger.samples import DAY

BATCH = "vnpay/2026-11-20/kbnn-0011"


def _settled(gross: Money, fee: Money, batch: str = BATCH) -> Entry:
    return settled(
        key="k:1",
        gateway="vnpay",
        business_date=DAY,
        source="e",
        beneficiary="kbnn-0011",
        batch=batch,
        gross=gross,
        fee=fee,
    )


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_net_and_fee_together_are_what_the_gateway_owed(gross: int, fee: int) -> None:
    entry = _settled(Money(max(gross, fee)), Money(min(gross, fee)))
    assert entry.amount == Money(max(gross, fee))
    assert {transfer.credit for transfer in entry.transfers} == {
        Account(AccountKind.RECEIVABLE, "vnpay"),
    }
    assert {transfer.batch for transfer in entry.transfers} == {BATCH}
    assert total(
        transfer.amount
        for transfer in entry.transfers
        if transfer.debit == Account(AccountKind.GATEWAY_FEE, "vnpay")
    ) == Money(min(gross, fee))


def test_without_a_fee_one_transfer_says_it_all() -> None:
    (transfer,) = _settled(Money(5), ZERO).transfers
    assert transfer.debit == Account(AccountKind.IN_TRANSIT, "vnpay")


@pytest.mark.parametrize("fee", [Money(-1), Money(6)])
def test_a_fee_is_part_of_the_gross_amount(fee: Money) -> None:
    with pytest.raises(ValueError, match="fee"):
        _settled(Money(5), fee)


def test_money_leaves_only_under_the_batch_it_came_in_with() -> None:
    with pytest.raises(ValueError, match="passes on"):
        _settled(Money(5), ZERO, "vnpay/2026-11-20/kbnn-0012")
