"""A refund is locked with all that it may move."""

import pytest

from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.hold_refund import hold_refund
from payments.settle_payments import settle_payments
from tests.payments.refunding import approved, paid_twice
from tests.payments.scene import NOW


def test_what_is_held_says_how_all_of_it_stands(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    settle_payments(tx, [refund.payment_id], now=NOW)
    held = hold_refund(tx, refund.number)
    assert held.refund == refund
    assert held.taken.gateway_transaction == refund.payment_transaction
    assert (len(held.sums), held.is_settled, held.is_another_under_way) == (2, True, False)
    assert held.payment.lines[0].obligation_id in held.locked.owed


def test_what_is_not_there_is_not_held(tx: Tx):
    with pytest.raises(NotFound):
        hold_refund(tx, "RF2222222222")
