"""Approved refunds go to their gateway once, and what it says is kept."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from gateways.contract import RefundOutcome, Verdict
from gateways.errors import Declined, GatewayError, OutcomeUnknown, Retryable, Untrusted
from ledger.accounts import Account, AccountKind
from ledger.money import ZERO, Money
from ledger.postgres.balances import balance, uncleared
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.refund import Refund, RefundCause, RefundRoute
from payments.refund_states import RefundState
from payments.settle_payments import settle_payments
from payments.states import PaymentState
from tests.payments.changing import CANCEL, changed, correct, pay, told
from tests.payments.owed import fine, push
from tests.payments.refunding import (
    RefundingGateway,
    approved,
    ordered,
    paid_otherwise,
    paid_twice,
    payment_state,
    standing,
)
from tests.payments.scene import AMOUNT, NOW, TODAY, PaperGateway

LATER = NOW + timedelta(minutes=10)


def owed_back(tx: Tx) -> Money:
    return -balance(tx, Account(AccountKind.REFUND_PAYABLE, "paper")).net


def evidence(tx: Tx) -> list[tuple[str, str]]:
    rows = tx.execute(text("SELECT path, verdict FROM payments.evidence WHERE kind = 'answer'"))
    return [(str(row.path), str(row.verdict)) for row in rows]


def due(tx: Tx) -> Refund:
    """Return the refund proposed since a fine was lowered after it was paid."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(2_000_000))
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    return refund


def test_a_surplus_goes_back_and_leaves_the_book(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway(said=[RefundOutcome.DONE])
    assert ordered(tx, gateway).answered == 1
    done = standing(tx, refund)
    assert (done.state, done.finished_at, done.next_ask_at) == (RefundState.DONE, NOW, None)
    assert payment_state(tx, refund) is PaymentState.PAID
    assert owed_back(tx) == ZERO
    assert {(one.account.code, one.net.vnd) for one in uncleared(tx, until=TODAY)} == {
        ("receivable:paper", AMOUNT.vnd),
        ("payable:kbnn-0011", -AMOUNT.vnd),
    }


def test_the_gateway_is_told_the_sum_it_took_and_a_number_of_ours(tx: Tx):
    refund = approved(tx, paid_otherwise(tx, amount=Money(400_000)))
    gateway = RefundingGateway()
    ordered(tx, gateway)
    (order,) = gateway.ordered
    assert (order.reference, order.amount, order.payment.amount) == (
        refund.number,
        Money(400_000),
        Money(400_000),
    )
    assert order.ordered_by == "staff:hoa"
    assert order.gateway_transaction == refund.payment_transaction


def test_money_that_differed_is_found_to_be_the_payers_and_goes_back(tx: Tx):
    refund = approved(tx, paid_otherwise(tx, amount=Money(400_000)))
    assert payment_state(tx, refund) is PaymentState.REFUNDING
    ordered(tx, RefundingGateway(said=[RefundOutcome.DONE]))
    assert payment_state(tx, refund) is PaymentState.REFUNDED
    assert uncleared(tx, until=TODAY) == []
    assert balance(tx, Account(AccountKind.SUSPENSE_DIFFERENCE, "paper")).net == ZERO


def test_a_lowered_decision_gives_back_the_difference_and_tells_its_authority(tx: Tx):
    refund = due(tx)
    assert (refund.amount, refund.cause) == (Money(1_000_000), RefundCause.REFUND_DUE)
    approved(tx, refund)
    ordered(tx, RefundingGateway(said=[RefundOutcome.DONE]))
    assert payment_state(tx, refund) is PaymentState.PAID
    assert {(one.account.code, one.net.vnd) for one in uncleared(tx, until=TODAY)} == {
        ("receivable:paper", 2_000_000),
        ("payable:kbnn-0011", -2_000_000),
    }
    assert refund.obligation_id is not None
    assert told(tx, refund.obligation_id)[-1] == "payment.refunded"
    data = tx.execute(
        text("SELECT payload->'data' FROM payments.outbox WHERE type = 'payment.refunded'")
    ).scalar_one()
    assert (data["amount_vnd"], data["kept_vnd"], data["refund_number"], data["reason"]) == (
        1_000_000,
        2_000_000,
        refund.number,
        "refund_due",
    )
    assert (data["old_status"], data["new_status"]) == ("refunding", "paid")


def test_a_cancelled_decision_gives_all_back_and_ends_its_proof(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, CANCEL)
    (refund,) = refund_rows.of_payments(tx, [payment.payment_id])
    approved(tx, refund)
    ordered(tx, RefundingGateway(said=[RefundOutcome.DONE]))
    assert payment_state(tx, refund) is PaymentState.REFUNDED
    assert uncleared(tx, until=TODAY) == []
    turns = tx.execute(text("SELECT turn, kept_vnd FROM payments.acknowledgement_turn")).all()
    assert [(row.turn, row.kept_vnd) for row in turns] == [("revoked", 0)]


def test_accepted_is_not_yet_refunded(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    ordered(tx, RefundingGateway())
    assert standing(tx, refund).state is RefundState.ACCEPTED
    assert payment_state(tx, refund) is PaymentState.REFUNDING
    assert owed_back(tx) == AMOUNT
    assert evidence(tx) == [("refund", Verdict.RECORDED)]


@pytest.mark.parametrize(
    "trouble", [OutcomeUnknown("time-out"), Untrusted("forged", raw=b"forged")], ids=str
)
def test_f51_after_a_timeout_nobody_knows_and_nothing_is_ordered_anew(
    tx: Tx, trouble: GatewayError
):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway(said=[trouble])
    ordered(tx, gateway)
    assert standing(tx, refund).state is RefundState.UNKNOWN
    ordered(tx, gateway, now=LATER + timedelta(days=1))
    assert [order.reference for order in gateway.ordered] == [refund.number]
    assert owed_back(tx) == AMOUNT


def test_what_a_gateway_did_not_take_for_sure_goes_out_again_as_the_same_order(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway(said=[Retryable("maintenance"), RefundOutcome.DONE])
    ordered(tx, gateway)
    assert standing(tx, refund).state is RefundState.APPROVED
    ordered(tx, gateway, now=LATER)
    assert gateway.ordered[0] == gateway.ordered[1]
    assert standing(tx, refund).state is RefundState.DONE


@pytest.mark.parametrize("no", [RefundOutcome.REFUSED, Declined("no", partner_code="16")], ids=str)
def test_what_a_gateway_refuses_is_proposed_as_a_transfer(tx: Tx, no: RefundOutcome | GatewayError):
    refund = approved(tx, paid_twice(tx))
    ordered(tx, RefundingGateway(said=[no]))
    assert standing(tx, refund).state is RefundState.REFUSED
    assert payment_state(tx, refund) is PaymentState.OVERPAID
    again = refund_rows.of_payments(tx, [refund.payment_id])[-1]
    assert (again.state, again.route, again.amount) == (
        RefundState.PROPOSED,
        RefundRoute.TRANSFER,
        refund.amount,
    )


@pytest.mark.parametrize(
    ("window", "now", "why"),
    [
        (None, NOW, "not_offered"),
        (timedelta(days=30), NOW + timedelta(days=31), "window_over"),
    ],
    ids=["no refunds", "too late"],
)
def test_a_gateway_that_gives_nothing_back_is_not_asked(
    tx: Tx, window: timedelta | None, now: datetime, why: str
):
    refund = approved(tx, paid_twice(tx))
    limits = replace(PaperGateway().capabilities, refund_window=window)
    gateway = RefundingGateway(limits=limits)
    assert ordered(tx, gateway, now=now).called_off == 1
    assert gateway.ordered == []
    assert standing(tx, refund).outcome == why


def test_what_the_beneficiary_got_meanwhile_goes_by_the_states_procedure(tx: Tx):
    refund = approved(tx, due(tx))
    settle_payments(tx, [refund.payment_id], now=NOW)
    ordered(tx, RefundingGateway())
    assert standing(tx, refund).outcome == "beneficiary_has_it"
    assert payment_state(tx, refund) is PaymentState.SETTLED
    again = refund_rows.of_payments(tx, [refund.payment_id])[-1]
    assert again.route is RefundRoute.STATE_PROCEDURE


def test_of_one_order_one_refund_is_under_way_at_a_time(tx: Tx):
    first = approved(tx, due(tx))
    changed(tx, correct(1_500_000, document="18/QĐ-ĐC"))
    second = approved(tx, refund_rows.of_payments(tx, [first.payment_id])[-1])
    gateway = RefundingGateway()
    ordered(tx, gateway)
    ordered(tx, gateway, now=LATER)
    assert [order.reference for order in gateway.ordered] == [first.number]
    assert standing(tx, second).state is RefundState.APPROVED
    assert payment_state(tx, second) is PaymentState.REFUNDING


def test_what_is_due_no_more_is_called_off_when_it_would_be_sent(tx: Tx):
    refund = approved(tx, due(tx))
    changed(tx, correct(3_000_000, document="18/QĐ-ĐC"))
    gateway = RefundingGateway()
    assert ordered(tx, gateway).called_off == 1
    assert gateway.ordered == []
    assert [each.state for each in refund_rows.of_payments(tx, [refund.payment_id])] == [
        RefundState.REFUSED
    ]
    assert payment_state(tx, refund) is PaymentState.PAID


def test_f51_t25_what_a_removed_approver_let_pass_waits_for_another(tx: Tx) -> None:
    refund = paid_twice(tx)
    approved(tx, refund)
    gateway = RefundingGateway()
    sent = ordered(tx, gateway, may_approve=lambda actor: actor != approved_by(tx, refund))
    assert (sent.called_off, gateway.ordered) == (1, [])
    first, second = refund_rows.of_payments(tx, [refund.payment_id])
    assert (first.state, first.outcome) == (RefundState.REFUSED, "approver_removed")
    assert (second.state, second.route) == (RefundState.PROPOSED, RefundRoute.GATEWAY)
    assert payment_state(tx, refund) is PaymentState.OVERPAID


def approved_by(tx: Tx, refund: Refund) -> str:
    return standing(tx, refund).approved_by
