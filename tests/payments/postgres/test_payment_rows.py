"""Payments in and out of the database."""

from dataclasses import replace

from gateways.contract import Outcome
from ledger.postgres.transaction import Tx
from payments.postgres import payment_rows
from payments.states import PaymentState
from tests.payments.scene import (
    LIFETIME,
    NOW,
    hear,
    heard,
    inside,
    notice,
    opened,
    order_of,
    owe,
    sent,
)


def test_a_payment_is_found_by_number_handle_and_id(tx: Tx):
    order = order_of(owe(tx))
    payment = opened(tx, owe(tx, many=2))
    row = replace(payment, number=order.number)
    payment_id = payment_rows.insert_payment(tx, row, handle_hash=order.handle_hash)
    assert payment_id is not None
    kept = payment_rows.by_id(tx, payment_id)
    assert kept == replace(row, payment_id=payment_id)
    assert payment_rows.by_number(tx, order.number) == kept
    assert payment_rows.by_handle_hash(tx, order.handle_hash) == kept


def test_what_is_not_there_is_none(tx: Tx):
    assert payment_rows.by_number(tx, "NP") is None
    assert payment_rows.by_handle_hash(tx, b"h" * 32) is None
    assert payment_rows.by_id(tx, 999_999_999) is None


def test_a_taken_number_keeps_nothing(tx: Tx):
    payment = opened(tx, owe(tx))
    assert payment_rows.insert_payment(tx, payment, handle_hash=b"n" * 32) is None


def test_locked_payments_carry_the_lines_they_are_given(tx: Tx):
    payment = opened(tx, owe(tx))
    ids = [payment.payment_id]
    assert payment_rows.lock_payments(tx, ids, lines={ids[0]: payment.lines}) == {ids[0]: payment}
    assert payment_rows.lock_payments(tx, ids, lines={})[ids[0]].lines == ()


def test_only_what_may_still_end_paid_is_in_the_way(tx: Tx):
    ids = owe(tx)
    payment = opened(tx, ids)
    assert payment_rows.in_the_way(tx, ids) == []
    reference = sent(inside(tx), payment)
    assert [each.number for each in payment_rows.in_the_way(tx, ids)] == [payment.number]
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
