"""What a gateway took is owed to the beneficiaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.accounts import Account, AccountKind
from ledger.money import Money, total
from ledger.movements.captured import captured
from tests.ledger.samples import DAY, amounts, parties


@given(st.lists(st.tuples(parties, amounts), min_size=1, max_size=10))
def test_each_line_is_owed_to_its_beneficiary_in_its_own_batch(
    lines: list[tuple[str, Money]],
) -> None:
    entry = captured(key="k:1", gateway="vnpay", business_date=DAY, source="e", lines=lines)
    assert [
        (transfer.credit.party, transfer.amount, transfer.batch) for transfer in entry.transfers
    ] == [(party, amount, f"vnpay/2026-11-20/{party}") for party, amount in lines]
    assert {transfer.debit for transfer in entry.transfers} == {
        Account(AccountKind.RECEIVABLE, "vnpay"),
    }
    assert {transfer.credit.kind for transfer in entry.transfers} == {AccountKind.PAYABLE}
    assert entry.amount == total(amount for _, amount in lines)


def test_a_capture_of_nothing_is_no_entry() -> None:
    with pytest.raises(ValueError, match="transfers"):
        captured(key="k:1", gateway="vnpay", business_date=DAY, source="e", lines=[])
