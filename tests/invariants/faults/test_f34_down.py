"""We were down for two hours, longer than any partner repeats itself: all the money is found."""

from datetime import timedelta

from gateways.contract import Answered, Outcome
from ledger.postgres.transaction import OpenTx
from payments.ask_gateway import Asked, ask_gateway
from payments.states import PaymentState
from tests.payments.scene import RATES, SIGNER, PaperGateway, notice
from tests.reconciliation.day_scene import (
    CALENDAR,
    MORNING,
    Order,
    order,
    standing,
    state_of,
    whole_day,
)


def said(one: Order, outcome: Outcome) -> Answered:
    word = notice(one.reference, outcome, amount=one.amount, at=one.paid_at)
    return Answered(f"{one.reference} {outcome}".encode(), word)


def test_f34_two_hours_without_us_are_made_up_by_asking_and_the_last_by_the_report(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    with open_tx() as tx:
        orders = [order(tx) for _ in range(12)]
    *answered, silent = orders
    gateway = PaperGateway(
        answers={
            **{one.reference: [said(one, Outcome.PAID)] for one in answered},
            silent.reference: [said(silent, Outcome.UNKNOWN)],
        }
    )
    asked = ask_gateway(
        open_tx,
        {"paper": gateway},
        calendar=CALENDAR,
        signer=SIGNER,
        rates=RATES,
        now=MORNING + timedelta(hours=2),
        limit_max=100,
    )
    assert asked == Asked(answered=12)
    with open_recon_tx() as tx:
        assert {state_of(tx, one) for one in answered} == {PaymentState.PAID}
        assert state_of(tx, silent) is PaymentState.UNKNOWN
        done = whole_day(tx, orders)
        assert (done.matched, done.completed) == (11, 1)
        assert {state_of(tx, one) for one in orders} == {PaymentState.SETTLED}
        assert standing(tx) == {}
