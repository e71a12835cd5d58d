"""What became of refunds is asked, ever more rarely, and only evidence ends what is unknown."""

from datetime import timedelta

import pytest

from gateways.contract import RefundOutcome
from gateways.errors import OutcomeUnknown, Untrusted
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.refund import ASKED_FOR, Refund
from payments.refund_states import RefundState
from payments.states import PaymentState
from tests.payments.changing import changed, correct, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import (
    RefundingGateway,
    approved,
    asked,
    ordered,
    paid_twice,
    payment_state,
    standing,
)
from tests.payments.scene import NOW

SOON = NOW + timedelta(minutes=5)


def unknown(tx: Tx, refund: Refund, gateway: RefundingGateway) -> Refund:
    gateway.said = [OutcomeUnknown("time-out")]
    ordered(tx, gateway)
    return standing(tx, refund)


def test_accepted_is_done_once_the_gateway_says_so(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway()
    ordered(tx, gateway)
    assert asked(tx, gateway, now=SOON).answered == 1
    assert standing(tx, refund).state is RefundState.DONE
    assert payment_state(tx, refund) is PaymentState.PAID
    assert gateway.questions == gateway.ordered
    assert asked(tx, gateway, now=SOON + timedelta(days=1)).answered == 0


def test_f51_after_a_timeout_the_gateway_is_asked_and_knows(tx: Tx):
    gateway = RefundingGateway()
    refund = unknown(tx, approved(tx, paid_twice(tx)), gateway)
    asked(tx, gateway, now=SOON)
    assert standing(tx, refund).state is RefundState.DONE
    assert len(gateway.ordered) == 1


def test_f51_a_crash_between_order_and_answer_is_asked_about(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway(said=[KeyError("crash")])
    with pytest.raises(KeyError):
        ordered(tx, gateway)
    assert standing(tx, refund).state is RefundState.SENT
    asked(tx, gateway, now=SOON)
    assert standing(tx, refund).state is RefundState.DONE


def test_an_answer_that_settles_nothing_or_is_not_believed_leaves_it_unknown(tx: Tx):
    gateway = RefundingGateway()
    refund = unknown(tx, approved(tx, paid_twice(tx)), gateway)
    gateway.said = [RefundOutcome.UNKNOWN, Untrusted("forged", raw=b"forged")]
    asked(tx, gateway, now=SOON)
    later = standing(tx, refund).next_ask_at
    assert later is not None
    assert later > SOON
    asked(tx, gateway, now=later)
    assert standing(tx, refund).state is RefundState.UNKNOWN
    assert standing(tx, refund).asked_count == 2


def test_a_refusal_after_acceptance_frees_the_money_for_a_transfer(tx: Tx):
    refund = approved(tx, paid_twice(tx))
    gateway = RefundingGateway(said=[RefundOutcome.ACCEPTED, RefundOutcome.REFUSED])
    ordered(tx, gateway)
    asked(tx, gateway, now=SOON)
    assert standing(tx, refund).state is RefundState.REFUSED
    assert len(refund_rows.of_payments(tx, [refund.payment_id])) == 2


def test_word_of_an_earlier_refund_of_the_same_amount_is_not_taken_for_this_one(tx: Tx):
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    gateway = RefundingGateway(said=[RefundOutcome.DONE])
    changed(tx, correct(2_500_000))
    approved(tx, refund_rows.of_payments(tx, [payment.payment_id])[-1])
    ordered(tx, gateway)
    changed(tx, correct(2_000_000, document="18/QĐ-ĐC"))
    second = refund_rows.of_payments(tx, [payment.payment_id])[-1]
    assert second.amount == Money(500_000)
    unknown(tx, approved(tx, second), gateway)
    asked(tx, gateway, now=SOON)
    assert gateway.questions[-1].reference == second.number
    assert standing(tx, second).state is RefundState.UNKNOWN


def test_in_the_end_people_have_to_look(tx: Tx):
    gateway = RefundingGateway()
    refund = unknown(tx, approved(tx, paid_twice(tx)), gateway)
    gateway.said = [RefundOutcome.UNKNOWN]
    asked(tx, gateway, now=NOW + ASKED_FOR)
    assert standing(tx, refund).next_ask_at is None
    assert standing(tx, refund).state is RefundState.UNKNOWN


def test_of_a_gateway_that_is_not_set_up_nothing_is_asked(tx: Tx):
    gateway = RefundingGateway()
    unknown(tx, approved(tx, paid_twice(tx)), gateway)
    assert asked(tx, RefundingGateway(code="other"), now=SOON).put_off == 1
