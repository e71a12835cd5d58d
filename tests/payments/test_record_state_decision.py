"""What the State had comes back on its own decision, netted or paid by the treasury itself."""

import pytest
from sqlalchemy import text

from ledger.money import Money
from ledger.postgres.balances import uncleared
from ledger.postgres.transaction import Tx
from payments.errors import NotRefundable
from payments.obligation import ObligationStatus
from payments.postgres import refund_rows
from payments.quoting import quote
from payments.record_state_decision import record_state_decision
from payments.refund import Obstacle, Refund, RefundRoute, Settlement
from payments.refund_states import RefundState
from payments.settle_payments import settle_payments
from payments.states import PaymentState
from tests.payments.changing import CANCEL, changed, correct, kept, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import approved, paid_twice, payment_state
from tests.payments.scene import CALENDAR, NOW, RATES, SIGNER, TODAY


def had_by_the_state(tx: Tx) -> Refund:
    """Cancel a fine once the treasury has its money."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    settle_payments(tx, [payment.payment_id], now=NOW)
    changed(tx, CANCEL)
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    return refund


def recorded(
    tx: Tx, refund: Refund, settlement: Settlement, *, is_due_no_more: bool = False
) -> Refund:
    return record_state_decision(
        tx,
        refund.number,
        decision="20/QĐ-HT",
        settlement=settlement,
        bank_reference="KB-7",
        paid_on=TODAY,
        calendar=CALENDAR,
        signer=SIGNER,
        is_due_no_more=is_due_no_more,
        now=NOW,
    )


def test_what_the_treasury_paid_itself_is_a_case_and_moves_nothing(tx: Tx):
    refund = had_by_the_state(tx)
    assert refund.route is RefundRoute.STATE_PROCEDURE
    before = uncleared(tx, until=TODAY)
    done = recorded(tx, approved(tx, refund), Settlement.SEPARATELY)
    assert (done.state, done.decision, done.settlement) == (
        RefundState.DONE,
        "20/QĐ-HT",
        Settlement.SEPARATELY,
    )
    assert payment_state(tx, refund) is PaymentState.REFUNDED
    assert uncleared(tx, until=TODAY) == before
    data = tx.execute(
        text("SELECT payload->'data' FROM payments.outbox WHERE type = 'payment.refunded'")
    ).scalar_one()
    assert (data["route"], data["document"]) == ("state_procedure", "20/QĐ-HT")


def test_what_is_netted_is_given_up_by_the_beneficiary_and_paid_by_the_gateway(tx: Tx):
    refund = approved(tx, had_by_the_state(tx))
    recorded(tx, refund, Settlement.NETTED)
    keys = tx.execute(text("SELECT idempotency_key FROM ledger.entry")).scalars().all()
    assert {f"refund_granted:{refund.number}", f"refunded:{refund.number}"} <= set(keys)


def test_f51_a_decision_recorded_twice_counts_once(tx: Tx):
    refund = approved(tx, had_by_the_state(tx))
    recorded(tx, refund, Settlement.SEPARATELY)
    recorded(tx, refund, Settlement.SEPARATELY)
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, refund, Settlement.NETTED)
    assert problem.value.reason == Obstacle.NOT_APPROVED


def due_no_more(tx: Tx) -> Refund:
    """Lower a fine the treasury has, approve what is due back, and raise the fine again."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    settle_payments(tx, [payment.payment_id], now=NOW)
    changed(tx, correct(2_750_000))
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    refund = approved(tx, refund)
    changed(tx, correct(3_000_000, document="18/QĐ-ĐC"))
    return refund


def test_what_is_due_no_more_is_recorded_only_by_who_knows_that_it_went_all_the_same(tx: Tx):
    refund = due_no_more(tx)
    assert refund.obligation_id is not None
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, refund, Settlement.SEPARATELY)
    assert problem.value.reason == Obstacle.NOT_DUE
    done = recorded(tx, refund, Settlement.SEPARATELY, is_due_no_more=True)
    assert done.state is RefundState.DONE
    one = kept(tx, refund.obligation_id)
    assert one.status is ObligationStatus.OPEN
    (line,) = quote(one, on=TODAY, rates=RATES).lines
    assert line.amount == Money(250_000)
    tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def test_a_surplus_needs_no_decision_of_the_state(tx: Tx):
    with pytest.raises(NotRefundable) as problem:
        recorded(tx, approved(tx, paid_twice(tx)), Settlement.NETTED)
    assert problem.value.reason == Obstacle.WRONG_ROUTE
