"""Refunds as rows: found, listed, and held to what was taken."""

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.money import Money
from ledger.postgres.transaction import Tx, alone
from payments.postgres import refund_rows
from payments.postgres.refund_rows import NewRefund
from payments.refund import RefundCause, RefundRoute
from payments.refund_states import RefundState
from tests.payments.refunding import paid_twice
from tests.payments.scene import NOW


def test_a_refund_comes_back_as_it_was_kept(tx: Tx):
    refund = paid_twice(tx)
    assert refund_rows.by_number(tx, refund.number) == refund
    assert refund_rows.lock_refund(tx, refund.number) == refund
    assert refund_rows.by_number(tx, "RF2222222222") is None


def test_refunds_are_listed_by_state_from_where_the_last_page_ended(tx: Tx):
    first, second = paid_twice(tx), paid_twice(tx)
    page = refund_rows.in_states(tx, [RefundState.PROPOSED], limit_max=1)
    assert page == [first]
    rest = refund_rows.in_states(tx, [RefundState.PROPOSED], after=first.refund_id, limit_max=9)
    assert rest == [second]


@pytest.mark.parametrize("cause", [RefundCause.DUPLICATE, RefundCause.AMOUNT_DIFFERS])
def test_the_database_refuses_more_than_was_taken_and_another_cause(tx: Tx, cause: RefundCause):
    refund = paid_twice(tx)
    more = NewRefund(
        number="RF-MORE",
        capture_id=refund.capture_id,
        obligation_id=None,
        amount=Money(1),
        cause=cause,
        route=RefundRoute.GATEWAY,
        reason="more",
        document="",
    )
    with pytest.raises(DBAPIError), alone(tx):
        refund_rows.insert_refunds(tx, [more], by="staff:lan", now=NOW)
