"""Leaving an address: sealed, counted, kept once, and nothing looked up."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from ledger.postgres.transaction import Tx
from payments.errors import InputRefused
from payments.watch import KEPT_FOR, WATCHES_PER_ADDRESS_MAX, WATCHES_PER_DEVICE_MAX
from tests.payments.owed import fine, push
from tests.payments.scene import NOW
from tests.payments.watching import wish


def rows(tx: Tx) -> list[str]:
    return [str(row) for row in tx.execute(text("SELECT * FROM payments.decision_watch")).all()]


def test_a_wish_is_kept_without_a_word_that_could_be_read(tx: Tx):
    assert wish(tx) is not None
    (row,) = rows(tx)
    assert "example" not in row
    assert "59A" not in row
    expiry = tx.scalar(text("SELECT expires_at FROM payments.decision_watch"))
    assert expiry == NOW + KEPT_FOR


def test_the_same_wish_is_kept_once_and_ended_by_the_same_name(tx: Tx):
    assert wish(tx) == wish(tx, address="AN@example.vn")
    assert len(rows(tx)) == 1


def test_what_is_known_here_changes_nothing(tx: Tx):
    push(tx, fine())
    assert wish(tx) is not None
    assert len(rows(tx)) == 1


def test_an_address_and_a_device_may_wait_for_so_many(tx: Tx):
    for ordinal in range(WATCHES_PER_ADDRESS_MAX):
        assert wish(tx, number=f"{ordinal}/QĐ", device=f"browser {ordinal}") is not None
    assert wish(tx, number="more", device="another") is None
    for ordinal in range(WATCHES_PER_DEVICE_MAX):
        assert wish(tx, address=f"a{ordinal}@example.vn", device="one") is not None
    assert wish(tx, address="b@example.vn", device="one") is None
    tomorrow = NOW + timedelta(days=1)
    assert wish(tx, address="b@example.vn", device="one", now=tomorrow) is not None


def test_what_cannot_be_an_address_or_a_number_is_refused(tx: Tx):
    with pytest.raises(InputRefused, match="address"):
        wish(tx, address="nobody")
    with pytest.raises(InputRefused, match="number"):
        wish(tx, number=" ")
    with pytest.raises(InputRefused, match="subject"):
        wish(tx, subject="X" * 30)
    assert rows(tx) == []
