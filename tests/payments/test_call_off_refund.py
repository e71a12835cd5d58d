"""A refund that does not go through leaves its money to go another way."""

import pytest

from ledger.postgres.transaction import Tx
from payments.call_off_refund import call_off_refund
from payments.errors import StepRefused
from payments.hold_refund import hold_refund
from payments.postgres import refund_rows
from payments.refund import SYSTEM, RefundRoute
from payments.refund_states import RefundState
from payments.states import PaymentState
from tests.payments.refunding import approved, paid_twice, payment_state
from tests.payments.scene import NOW


def test_what_is_called_off_is_proposed_by_the_other_way(tx: Tx):
    held = hold_refund(tx, approved(tx, paid_twice(tx)).number)
    refused = call_off_refund(tx, held, held.refund, code="window_over", now=NOW)
    assert (refused.state, refused.outcome) == (RefundState.REFUSED, "window_over")
    assert payment_state(tx, refused) is PaymentState.OVERPAID
    again = refund_rows.of_payments(tx, [refused.payment_id])[-1]
    assert (again.route, again.proposed_by) == (RefundRoute.TRANSFER, SYSTEM)
    assert refused.number in again.reason


def test_what_nobody_approved_is_not_called_off(tx: Tx):
    held = hold_refund(tx, paid_twice(tx).number)
    with pytest.raises(StepRefused):
        call_off_refund(tx, held, held.refund, code="16", now=NOW)
