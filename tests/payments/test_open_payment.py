"""Opening a payment."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from gateways.contract import Outcome
from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from payments.errors import (
    AmountChanged,
    BeingPaid,
    InputRefused,
    NotFound,
    NotPayable,
    NumberTaken,
)
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.payment_order import OBLIGATIONS_MAX, Order
from payments.states import PaymentState
from tests.payments.scene import (
    AMOUNT,
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

LATER = NOW + LIFETIME


def begun(tx: Tx, order: Order) -> Payment:
    return open_payment(tx, order, rates=RATES, now=NOW, today=TODAY)


def test_an_opened_payment_is_kept_as_it_was_returned(tx: Tx):
    payment = opened(tx, owe(tx, many=2))
    assert payment_of(tx, payment.number) == payment
    assert payment.state is PaymentState.CREATED
    assert payment.amount == AMOUNT + AMOUNT
    assert payment.expires_at == LATER
    assert [line.ordinal for line in payment.lines] == [1, 2]


def test_a_line_keeps_why_its_amount_is_what_it_is(tx: Tx):
    line = opened(tx, owe(tx)).lines[0]
    assert line.explanation["law"] == "Luật phí và lệ phí"
    assert line.explanation["base_vnd"] == AMOUNT.vnd


def test_a_total_the_payer_agreed_to_is_compared_with_today(tx: Tx):
    ids = owe(tx)
    with pytest.raises(AmountChanged) as refused:
        begun(tx, order_of(ids, shown=AMOUNT - Money(1)))
    assert (refused.value.shown, refused.value.due) == (AMOUNT - Money(1), AMOUNT)
    assert begun(tx, order_of(ids, shown=AMOUNT)).amount == AMOUNT


def test_a_second_payer_is_told_until_when_it_is_being_paid(tx: Tx):
    ids = owe(tx, many=2)
    opened(tx, ids[:1])
    with pytest.raises(BeingPaid) as refused:
        opened(tx, ids)
    assert refused.value.until == LATER


def test_an_order_is_checked_before_anything_is_locked(tx: Tx):
    ids = owe(tx)
    for wrong in ((), ids * 2, tuple(range(OBLIGATIONS_MAX + 1))):
        with pytest.raises(InputRefused, match="obligations"):
            begun(tx, order_of(wrong))


def test_an_unknown_obligation_is_not_found(tx: Tx):
    with pytest.raises(NotFound):
        begun(tx, order_of((*owe(tx), 999_999_999)))


def test_one_payment_has_one_beneficiary(tx: Tx):
    with pytest.raises(InputRefused, match="different accounts"):
        begun(tx, order_of(owe(tx) + owe(tx, account="kbnn-0022")))


def test_what_is_paid_cannot_be_opened_again(tx: Tx):
    ids = owe(tx)
    hear(tx, heard(notice(sent(inside(tx), opened(tx, ids)))))
    with pytest.raises(NotPayable, match="paid"):
        opened(tx, ids)


def test_a_number_or_handle_that_exists_is_drawn_again(tx: Tx):
    first = order_of(owe(tx))
    begun(tx, first)
    again = order_of(owe(tx))
    with pytest.raises(NumberTaken):
        begun(tx, replace(again, number=first.number))
    with pytest.raises(NumberTaken):
        begun(tx, replace(again, handle_hash=first.handle_hash))
    begun(tx, again)


def test_a_payment_no_gateway_heard_of_gives_way_once_its_time_is_over(tx: Tx):
    ids = owe(tx, many=2)
    old = opened(tx, ids)
    with pytest.raises(BeingPaid):
        opened(tx, ids[:1], now=LATER - timedelta(seconds=1))
    new = opened(tx, ids[:1], now=LATER)
    assert payment_of(tx, old.number).state is PaymentState.EXPIRED
    held = tx.execute(text("SELECT obligation_id, payment_id FROM payments.obligation_lock"))
    assert [tuple(row) for row in held] == [(ids[0], new.payment_id)]


def test_a_payment_a_gateway_heard_of_does_not_give_way_to_a_clock(tx: Tx):
    ids = owe(tx)
    sent(inside(tx), opened(tx, ids))
    with pytest.raises(BeingPaid):
        opened(tx, ids, now=LATER + timedelta(days=1))


def test_of_many_payers_at_once_one_may_pay(open_tx: OpenTx):
    with open_tx() as tx:
        ids = owe(tx, many=3)

    def call(turn: int) -> bool:
        wanted = [ids[turn % 3], ids[(turn + 1) % 3]]
        try:
            with open_tx() as tx:
                opened(tx, wanted)
        except BeingPaid:
            return False
        return True

    with ThreadPoolExecutor(8) as callers:
        assert sum(callers.map(call, range(24))) == 1


def test_a_payment_that_failed_holds_nothing(tx: Tx):
    ids = owe(tx)
    first = opened(tx, ids)
    hear(tx, heard(notice(sent(inside(tx), first), Outcome.DECLINED)))
    assert opened(tx, ids).number != first.number
    assert payment_of(tx, first.number).state is PaymentState.FAILED


def test_money_held_for_an_expired_payment_still_stands_in_the_way(tx: Tx):
    ids = owe(tx)
    reference = sent(inside(tx), opened(tx, ids))
    hear(tx, heard(notice(reference, Outcome.EXPIRED)))
    second = opened(tx, ids)
    hear(tx, heard(notice(reference, Outcome.HELD)))
    # The second payment holds the lock; once it is gone, the held money is what is left.
    hear(tx, heard(notice(sent(inside(tx), second), Outcome.DECLINED)))
    with pytest.raises(BeingPaid):
        opened(tx, ids)
