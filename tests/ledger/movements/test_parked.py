"""Money nobody can place yet waits in suspense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.movements.parked import parked
from tests.ledger.samples import DAY, amounts


@given(amounts, st.booleans())
def test_parked_money_is_with_the_gateway_and_in_suspense(amount: Money, differs: bool) -> None:  # noqa: FBT001  # hypothesis hands it over by place
    entry = parked(
        key="k:1", gateway="vnpay", business_date=DAY, source="e", amount=amount, differs=differs
    )
    (transfer,) = entry.transfers
    assert transfer.debit == Account(AccountKind.RECEIVABLE, "vnpay")
    assert (transfer.amount, transfer.batch) == (amount, "vnpay/2026-11-20/suspense")


@pytest.mark.parametrize(
    ("differs", "kind"),
    [(True, AccountKind.SUSPENSE_DIFFERENCE), (False, AccountKind.SUSPENSE_UNIDENTIFIED)],
)
def test_another_amount_and_another_owner_wait_apart(*, differs: bool, kind: AccountKind) -> None:
    entry = parked(
        key="k:1", gateway="vnpay", business_date=DAY, source="e", amount=Money(5), differs=differs
    )
    assert entry.transfers[0].credit == Account(kind, "vnpay")
