"""Refunds in reports: known again, kept from payouts, and never unexplained."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from gateways.contract import RefundOutcome
from gateways.errors import OutcomeUnknown
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.change_obligations import change_obligations
from payments.obligation_change import ChangeAct, ObligationChange
from payments.postgres import refund_rows
from payments.postgres.obligation_rows import obligations_by_id
from payments.record_state_decision import record_state_decision
from payments.record_transfer import record_transfer
from payments.refund import Holder, Refund, RefundRoute, Settlement, is_person
from payments.refund_states import RefundState
from payments.send_refunds import send_refunds
from payments.states import PaymentState
from reconciliation.breaks import BreakKind
from tests.payments.refunding import RefundingGateway, approved
from tests.payments.refunding import standing as refund_now
from tests.payments.scene import KEYS, RATES, SIGNER, inside
from tests.reconciliation.day_scene import (
    ACCOUNT,
    CALENDAR,
    DAY,
    MORNING,
    NEXT_DAY,
    THIRD_DAY,
    Order,
    explained,
    give_report,
    give_statement,
    match,
    open_kinds,
    paid,
    pay,
    standing,
    state_of,
    whole_day,
)
from tests.reconciliation.samples import Line

PAYOUT = f"P-{ACCOUNT}"
NOON = MORNING + timedelta(hours=3)


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides; who may do what is tried where days are closed."""
    return owner_tx


def batch(place: str = ACCOUNT) -> str:
    return f"paper/{DAY.isoformat()}/{place}"


def sent_back(
    tx: Tx, refund: Refund, *said: RefundOutcome | OutcomeUnknown, at: datetime = NOON
) -> None:
    """Approve a refund and order it; it is done unless the gateway says otherwise."""
    approved(tx, refund)
    send_refunds(
        inside(tx),
        {"paper": RefundingGateway(said=list(said) or [RefundOutcome.DONE])},
        calendar=CALENDAR,
        signer=SIGNER,
        may_approve=is_person,
        now=at,
        limit_max=9,
    )


def refund_of(tx: Tx, one: Order) -> Refund:
    return refund_rows.of_payments(tx, [one.payment_id])[-1]


def cancelled(tx: Tx, one: Order) -> Refund:
    """Cancel what an order paid for and return the refund proposed since."""
    number = obligations_by_id(tx, [one.obligation_id])[one.obligation_id].number_shown
    change = ObligationChange(
        provider="csgt",
        kind="demand",
        number=number,
        act=ChangeAct.CANCEL,
        reason="Thu nhầm",
        document="15/QĐ-HB",
    )
    change_obligations(tx, [change], keys=KEYS, rates=RATES, now=NOON)
    return refund_of(tx, one)


def back_line(one: Order, *, amount_vnd: int = 350_000, payout: str = PAYOUT) -> Line:
    return replace(
        one.line(amount_vnd=amount_vnd, payout=payout, transaction=f"B-{one.reference}"),
        is_refund=True,
    )


def ties_out(tx: Tx, *, day: date) -> bool:
    return standing(tx, day=day) == explained(tx, day=day)


def test_f24_a_surplus_passed_on_and_kept_from_a_later_payout_leaves_nothing(tx: Tx):
    first, other = paid(tx), paid(tx, at=MORNING + timedelta(days=1))
    pay(tx, first, transaction="T-2")
    sent_back(tx, refund_of(tx, first))
    give_report(inside(tx), [first.line(), first.line(transaction="T-2")])
    give_statement(inside(tx), [(PAYOUT, 700_000)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.DUPLICATE_PAYMENT, BreakKind.REFUND_MISMATCH]
    assert ties_out(tx, day=DAY)
    assert standing(tx) == {
        ("in_transit:paper", batch("refund")): 350_000,
        ("receivable:paper", batch("refund")): -350_000,
    }
    give_report(
        inside(tx),
        [other.line(amount_vnd=350_000, payout="P-2"), back_line(first, payout="P-2")],
        day=NEXT_DAY,
    )
    match(tx, NEXT_DAY)
    assert (standing(tx, day=NEXT_DAY), explained(tx, day=NEXT_DAY)) == ({}, {})
    assert open_kinds(tx, day=NEXT_DAY) == []
    assert state_of(tx, first) is PaymentState.SETTLED


def test_a_cancelled_decision_paid_and_given_back_in_one_report_arrives_as_nothing(tx: Tx):
    one, other = paid(tx), paid(tx)
    sent_back(tx, cancelled(tx, one))
    give_report(inside(tx), [one.line(), other.line(), back_line(one)])
    give_statement(inside(tx), [(PAYOUT, 350_000)])
    done = match(tx)
    assert (done.arrived, done.breaks_opened) == (Money(350_000), 0)
    assert standing(tx) == {}
    assert state_of(tx, one) is PaymentState.REFUNDED
    assert state_of(tx, other) is PaymentState.SETTLED


def test_a_payout_that_comes_to_nothing_needs_no_credit(tx: Tx):
    one = paid(tx)
    sent_back(tx, cancelled(tx, one))
    give_report(inside(tx), [one.line(), back_line(one)])
    match(tx)
    assert (standing(tx), open_kinds(tx)) == ({}, [])


def test_a_refund_its_gateway_reports_only_later_is_explained_until_then(tx: Tx):
    one, later = paid(tx), paid(tx, at=MORNING + timedelta(days=1))
    sent_back(tx, cancelled(tx, one))
    whole_day(tx, [one])
    assert open_kinds(tx) == [BreakKind.REFUND_MISMATCH]
    assert (
        standing(tx)
        == explained(tx)
        == {
            ("receivable:paper", batch()): -350_000,
            (f"payable:{ACCOUNT}", batch()): 350_000,
        }
    )
    lines = [later.line(payout="P-2"), back_line(one, payout="P-2")]
    give_report(inside(tx), lines, day=NEXT_DAY)
    match(tx, NEXT_DAY)
    assert ties_out(tx, day=NEXT_DAY)
    assert open_kinds(tx, day=NEXT_DAY) == []
    assert standing(tx, day=NEXT_DAY) == {}


def test_what_the_state_had_and_nets_is_kept_from_a_later_payout(tx: Tx):
    one, later = (
        paid(tx, amount=Money(350_000)),
        paid(tx, amount=Money(500_000), at=MORNING + timedelta(days=2)),
    )
    whole_day(tx, [one])
    refund = cancelled(tx, one)
    assert refund.route is RefundRoute.STATE_PROCEDURE
    approved(tx, refund)
    record_state_decision(
        tx,
        refund.number,
        decision="20/QĐ-HT",
        settlement=Settlement.NETTED,
        bank_reference="FT26001",
        paid_on=NEXT_DAY,
        calendar=CALENDAR,
        signer=SIGNER,
        now=NOON + timedelta(days=1),
    )
    give_report(inside(tx), [], day=NEXT_DAY)
    match(tx, NEXT_DAY)
    assert ties_out(tx, day=NEXT_DAY)
    assert open_kinds(tx, day=NEXT_DAY) == [BreakKind.REFUND_MISMATCH]
    give_report(inside(tx), [later.line(payout="P-3"), back_line(one, payout="P-3")], day=THIRD_DAY)
    give_statement(inside(tx), [("P-3", 150_000)], day=THIRD_DAY, opening=350_000)
    match(tx, THIRD_DAY)
    assert (standing(tx, day=THIRD_DAY), open_kinds(tx, day=THIRD_DAY)) == ({}, [])
    assert state_of(tx, later) is PaymentState.SETTLED


def test_what_the_treasury_paid_itself_moves_no_money_of_ours(tx: Tx):
    one = paid(tx)
    whole_day(tx, [one])
    refund = approved(tx, cancelled(tx, one))
    record_state_decision(
        tx,
        refund.number,
        decision="20/QĐ-HT",
        settlement=Settlement.SEPARATELY,
        bank_reference="KB-7",
        paid_on=NEXT_DAY,
        calendar=CALENDAR,
        signer=SIGNER,
        now=NOON + timedelta(days=1),
    )
    assert standing(tx, day=NEXT_DAY) == {}
    assert state_of(tx, one) is PaymentState.REFUNDED


def test_a_surplus_its_holder_transferred_closes_its_break(tx: Tx):
    one = paid(tx)
    pay(tx, one, transaction="T-2")
    give_report(inside(tx), [one.line(), one.line(transaction="T-2")])
    give_statement(inside(tx), [(PAYOUT, 700_000)])
    sent_back(tx, refund_of(tx, one), RefundOutcome.REFUSED)
    transfer = approved(tx, refund_of(tx, one))
    record_transfer(
        tx,
        transfer.number,
        bank_reference="FT26002",
        paid_on=DAY,
        holder=Holder.BENEFICIARY,
        calendar=CALENDAR,
        signer=SIGNER,
        now=NOON,
    )
    match(tx)
    assert (standing(tx), open_kinds(tx)) == ({}, [])
    assert state_of(tx, one) is PaymentState.SETTLED


def test_f51_a_refund_nobody_knew_of_is_done_when_a_report_holds_it(tx: Tx):
    one = paid(tx)
    refund = cancelled(tx, one)
    sent_back(tx, refund, OutcomeUnknown("time-out"))
    give_report(inside(tx), [one.line(), back_line(one)])
    match(tx)
    assert refund_now(tx, refund).state is RefundState.DONE
    assert (standing(tx), open_kinds(tx)) == ({}, [])


def test_a_refund_of_another_amount_is_not_ours(tx: Tx):
    one = paid(tx)
    refund = cancelled(tx, one)
    sent_back(tx, refund, OutcomeUnknown("time-out"))
    give_report(inside(tx), [one.line(), back_line(one, amount_vnd=349_999)])
    give_statement(inside(tx), [(PAYOUT, 1)])
    match(tx)
    assert BreakKind.REFUND_MISMATCH in open_kinds(tx)
    assert refund_now(tx, refund).state is RefundState.UNKNOWN
    assert ties_out(tx, day=DAY)


def test_matching_again_changes_nothing(tx: Tx):
    one = paid(tx)
    sent_back(tx, cancelled(tx, one))
    give_report(inside(tx), [one.line(), back_line(one)])
    match(tx)
    again = match(tx)
    assert (again.breaks_opened, again.breaks_closed, again.matched) == (0, 0, 0)


def test_a_refund_heard_of_after_the_cut_off_is_explained_until_its_business_day(tx: Tx):
    one = paid(tx)
    sent_back(tx, cancelled(tx, one), at=NOON + timedelta(hours=9))
    give_report(inside(tx), [one.line(), back_line(one)])
    match(tx)
    assert open_kinds(tx) == [BreakKind.REFUND_MISMATCH]
    assert ties_out(tx, day=DAY)
    assert standing(tx)
    match(tx, NEXT_DAY)
    assert (standing(tx, day=NEXT_DAY), open_kinds(tx, day=NEXT_DAY)) == ({}, [])
