"""A second payment is owed back."""

from hypothesis import given

from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.movements.captured_twice import captured_twice
from tests.ledger.samples import DAY, amounts


@given(amounts)
def test_the_surplus_is_owed_back_to_the_payer(amount: Money) -> None:
    entry = captured_twice(key="k:1", gateway="vnpay", business_date=DAY, source="e", amount=amount)
    (transfer,) = entry.transfers
    assert transfer.debit == Account(AccountKind.RECEIVABLE, "vnpay")
    assert transfer.credit == Account(AccountKind.REFUND_PAYABLE, "vnpay")
    assert (transfer.amount, transfer.batch) == (amount, "vnpay/2026-11-20/refund")
