"""Clocks of our processes that are wrong: order comes from the database, money is dated right."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from api.access.obligation_token import AGE_MAX_S, open_obligation, seal_obligation
from api.access.sealed import seal_for
from api.house import House
from gateways.contract import Outcome, Verdict
from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.postgres import payment_rows
from payments.settle_payments import settle_payments
from payments.states import AttemptState, PaymentState
from tests.payments.scene import (
    NOW,
    attempt_of,
    hear,
    heard,
    inside,
    notice,
    opened,
    owe,
    sent,
    states,
)

FIVE = timedelta(minutes=5)
WRONG = pytest.mark.parametrize(
    "wrong", [-FIVE, FIVE, -timedelta(hours=1)], ids=["behind", "ahead", "back an hour"]
)


def house_at(house: House, now: datetime) -> House:
    return replace(house, clock=lambda: now)


@WRONG
def test_f36_money_is_dated_by_the_gateway_whatever_our_clock_says(tx: Tx, wrong: timedelta):
    reference = sent(inside(tx), opened(tx, owe(tx)))
    taken = NOW + timedelta(minutes=1)
    word = heard(notice(reference, at=taken), received_at=NOW + wrong)
    assert hear(tx, word, now=NOW + wrong) == [Verdict.RECORDED]
    payment = payment_rows.by_id(tx, attempt_of(tx, reference).payment_id)
    assert payment is not None
    assert (payment.state, payment.paid_at) == (PaymentState.PAID, taken)


@WRONG
def test_f36_a_life_under_a_jumping_clock_has_an_order_without_a_gap(tx: Tx, wrong: timedelta):
    payment = opened(tx, owe(tx))
    first = sent(inside(tx), payment, now=NOW + timedelta(minutes=1))
    hear(tx, heard(notice(first, Outcome.DECLINED)), now=NOW + wrong)
    second = sent(inside(tx), payment, now=NOW + timedelta(minutes=2))
    hear(tx, heard(notice(second), received_at=NOW + wrong), now=NOW + wrong)
    settle_payments(tx, [payment.payment_id], now=NOW + 2 * wrong)
    assert states(tx, second) == (PaymentState.SETTLED, AttemptState.CAPTURED)
    steps = tx.execute(
        text(
            "SELECT version, to_state FROM payments.step WHERE machine = 'payment' ORDER BY version"
        )
    )
    lived = ["pending", "failed", "pending", "paid", "settled"]
    assert [tuple(step) for step in steps] == list(enumerate(lived, start=1))
    told = tx.execute(text("SELECT sequence, type FROM payments.outbox ORDER BY sequence"))
    assert [tuple(each) for each in told] == [(1, "payment.paid"), (2, "payment.settled")]


def test_f36_a_token_of_a_process_five_minutes_ahead_opens_and_none_lives_longer(house: House):
    ahead, now = house_at(house, house.clock() + FIVE), house.clock()
    token = seal_obligation(ahead, 7, bound_to="portal")
    assert open_obligation(house, token, bound_to="portal") == 7
    for late in (timedelta(seconds=-1), FIVE + timedelta(seconds=AGE_MAX_S + 1)):
        with pytest.raises(NotFound):
            open_obligation(house_at(house, now + late), token, bound_to="portal")
    seal = seal_for(house.settings, "test", age_max_s=60)
    closed = seal.close({"a": "b"}, now=now + FIVE)
    assert seal.open(closed, now=now) == {"a": "b"}
    assert seal.open(closed, now=now + FIVE + timedelta(seconds=61)) is None
