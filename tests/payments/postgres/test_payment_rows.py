"""Payments in and out of the database."""

from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from gateways.contract import Outcome
from ledger.postgres.transaction import Tx
from payments.open_payment import open_payment
from payments.postgres import payment_rows
from payments.states import PaymentState
from tests.payments.scene import (
    LIFETIME,
    NOW,
    RATES,
    TODAY,
    hear,
    heard,
    inside,
    notice,
    opened,
    order_of,
    owe,
    payment_of,
    sent,
)


def test_a_payment_is_found_by_number_handle_and_id(tx: Tx):
    order = order_of(owe(tx, many=2))
    payment = open_payment(tx, order, rates=RATES, now=NOW, today=TODAY)
    assert payment_rows.by_id(tx, payment.payment_id) == payment
    assert payment_rows.by_number(tx, order.number) == payment
    assert payment_rows.by_handle_hash(tx, order.handle_hash) == payment


def test_what_is_not_there_is_none(tx: Tx):
    assert payment_rows.by_number(tx, "NP") is None
    assert payment_rows.by_handle_hash(tx, b"h" * 32) is None
    assert payment_rows.by_id(tx, 999_999_999) is None


def test_a_taken_number_keeps_nothing(tx: Tx):
    payment = opened(tx, owe(tx))
    again = replace(payment, lines=())
    assert payment_rows.insert_payments(tx, [(again, b"n" * 32)]) == {}
    assert payment_of(tx, payment.number) == payment


def test_an_obligation_that_is_held_is_not_held_twice(tx: Tx):
    payment = opened(tx, owe(tx))
    with pytest.raises(IntegrityError, match="obligation_lock_pkey"):
        payment_rows.insert_payments(tx, [(replace(payment, number="NP2"), b"n" * 32)])


def test_locked_payments_carry_the_lines_they_are_given(tx: Tx):
    payment = opened(tx, owe(tx))
    ids = [payment.payment_id]
    assert payment_rows.lock_payments(tx, ids, lines={ids[0]: payment.lines}) == {ids[0]: payment}
    assert payment_rows.lock_payments(tx, ids, lines={})[ids[0]].lines == ()


def test_only_what_may_still_be_paid_is_in_the_way(tx: Tx):
    ids = owe(tx)
    assert payment_rows.in_the_way(tx, ids) == []
    payment = opened(tx, ids)
    assert [each.number for each in payment_rows.in_the_way(tx, ids)] == [payment.number]
    reference = sent(inside(tx), payment)
    assert [each.state for each in payment_rows.in_the_way(tx, ids)] == [PaymentState.PENDING]
    hear(tx, heard(notice(reference, Outcome.DECLINED)))
    assert payment_rows.in_the_way(tx, ids) == []
    hear(tx, heard(notice(reference, Outcome.HELD)))
    assert [each.state for each in payment_rows.in_the_way(tx, ids)] == [PaymentState.HELD]


def test_payments_past_their_time_are_those_no_gateway_may_take(tx: Tx):
    idle, under_way = opened(tx, owe(tx)), opened(tx, owe(tx))
    sent(inside(tx), under_way)
    over = NOW + LIFETIME
    assert payment_rows.past_their_time(tx, now=NOW, payments_max=9) == []
    assert payment_rows.past_their_time(tx, now=over, payments_max=9) == [idle.payment_id]


def test_payments_are_counted_by_state(tx: Tx):
    before = payment_rows.count_by_state(tx).get(PaymentState.CREATED, 0)
    opened(tx, owe(tx))
    assert payment_rows.count_by_state(tx)[PaymentState.CREATED] == before + 1
