"""A balanced entry, or none."""

from dataclasses import replace

import pytest
from hypothesis import given

from ledger.entry import SUSPENSE, TRANSFERS_MAX, Entry, batch_of, require_batch
from ledger.money import ZERO, Money, total
from tests.ledger.samples import DAY, capture, entries

ENTRY = capture(1)
TRANSFER = ENTRY.transfers[0]


@given(entries)
def test_every_entry_moves_as_much_out_as_in(entry: Entry) -> None:
    assert entry.amount == total(transfer.amount for transfer in entry.transfers)
    assert entry.amount.is_positive


@pytest.mark.parametrize("amount", [ZERO, Money(-1)])
def test_a_transfer_of_nothing_is_refused(amount: Money) -> None:
    with pytest.raises(ValueError, match="more than nothing"):
        replace(TRANSFER, amount=amount)


def test_a_transfer_to_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="two accounts"):
        replace(TRANSFER, credit=TRANSFER.debit)


@pytest.mark.parametrize("batch", ["", " ", "a b", "a\n", "á", "x" * 121])
def test_a_batch_that_could_be_misread_is_refused(batch: str) -> None:
    with pytest.raises(ValueError, match="batch"):
        replace(TRANSFER, batch=batch)


@pytest.mark.parametrize("count", [0, TRANSFERS_MAX + 1])
def test_an_entry_has_transfers_and_not_too_many(count: int) -> None:
    with pytest.raises(ValueError, match="transfers"):
        replace(ENTRY, transfers=(TRANSFER,) * count)


@pytest.mark.parametrize("key", ["", "ab", ":abc", "a b c", "abc\n", "x" * 201])
def test_a_key_no_index_should_hold_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="idempotency key"):
        replace(ENTRY, key=key)
    with pytest.raises(ValueError, match="idempotency key"):
        replace(ENTRY, corrects=key)


@pytest.mark.parametrize("movement", ["", "Captured", "captured\n", "a1"])
def test_a_movement_is_a_plain_word(movement: str) -> None:
    with pytest.raises(ValueError, match="movement"):
        replace(ENTRY, movement=movement)


@pytest.mark.parametrize("source", ["", "line\nline", "chứng cứ", "x" * 201, "\x7f"])
def test_a_source_that_could_be_misread_is_refused(source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        replace(ENTRY, source=source)


def test_a_batch_is_named_after_gateway_day_and_beneficiary() -> None:
    batch = batch_of(gateway="vnpay", business_date=DAY, beneficiary="kbnn-0011")
    assert batch == "vnpay/2026-11-20/kbnn-0011"
    require_batch(batch, gateway="vnpay", beneficiary="kbnn-0011")
    require_batch(batch, gateway="vnpay", beneficiary=None)


def test_a_batch_of_money_without_an_owner_may_become_any_beneficiarys() -> None:
    batch = batch_of(gateway="vnpay", business_date=DAY, beneficiary=SUSPENSE)
    require_batch(batch, gateway="vnpay", beneficiary="kbnn-0011")


@pytest.mark.parametrize(
    ("gateway", "beneficiary"), [("momo", None), ("momo", "kbnn-0011"), ("vnpay", "0011")]
)
def test_a_batch_of_others_is_refused(gateway: str, beneficiary: str | None) -> None:
    with pytest.raises(ValueError, match="passes on"):
        require_batch("vnpay/2026-11-20/kbnn-0011", gateway=gateway, beneficiary=beneficiary)
