"""Many payments opened at once: each as if alone, and the first wins."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, text

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import (
    AmountChanged,
    BeingPaid,
    InputRefused,
    NotFound,
    NumberTaken,
    PaymentsError,
)
from payments.open_payments import Opened, open_payments
from payments.payment_order import Order
from payments.states import PaymentState
from tests.payments.scene import (
    AMOUNT,
    LIFETIME,
    NOW,
    RATES,
    TODAY,
    inside,
    opened,
    order_of,
    owe,
    payment_of,
    sent,
)


def begun(tx: Tx, *orders: Order, now: datetime = NOW) -> list[Opened | PaymentsError]:
    return open_payments(tx, orders, rates=RATES, now=now, today=TODAY)


def kinds(results: Sequence[object]) -> list[type]:
    return [type(each) for each in results]


def test_each_of_many_is_kept_as_it_was_returned(tx: Tx):
    orders = [order_of([each]) for each in owe(tx, many=3)]
    for order, one in zip(orders, begun(tx, *orders), strict=True):
        assert isinstance(one, Opened)
        assert one.payment == payment_of(tx, order.number)
        assert [each.obligation_id for each in one.obligations] == list(order.obligation_ids)


def test_of_two_that_want_the_same_the_first_wins(tx: Tx):
    one, two, three = owe(tx, many=3)
    results = begun(tx, order_of([one, two]), order_of([two, three]), order_of([three]))
    assert kinds(results) == [Opened, BeingPaid, Opened]
    assert isinstance(results[1], BeingPaid)
    assert results[1].until == NOW + LIFETIME


def test_what_is_refused_stands_in_nobodys_way(tx: Tx):
    (wanted,) = owe(tx)
    dear = order_of([wanted], shown=AMOUNT + AMOUNT)
    doubled = order_of([wanted, wanted])
    unknown = order_of([wanted, 999_999_999])
    assert kinds(begun(tx, dear, doubled, unknown, order_of([wanted]))) == [
        AmountChanged,
        InputRefused,
        NotFound,
        Opened,
    ]


def test_a_taken_number_refuses_its_own_order_alone(tx: Tx):
    first, second, third = owe(tx, many=3)
    number = opened(tx, [first]).number
    again = replace(order_of([second]), number=number)
    assert kinds(begun(tx, again, order_of([third]))) == [NumberTaken, Opened]
    assert isinstance(begun(tx, order_of([second]))[0], Opened)


def test_what_no_gateway_heard_of_gives_way_after_its_time(tx: Tx):
    (first, second) = owe(tx, many=2)
    unheard = opened(tx, [first])
    sent(inside(tx), opened(tx, [second]))
    results = begun(tx, order_of([first]), order_of([second]), now=NOW + LIFETIME)
    assert kinds(results) == [Opened, BeingPaid]
    assert payment_of(tx, unheard.number).state is PaymentState.EXPIRED


def test_nothing_asked_opens_nothing(tx: Tx):
    assert begun(tx) == []


def test_the_statements_do_not_grow_with_the_orders(tx: Tx):
    counted: list[str] = []

    def note(*told: object) -> None:
        counted.append(str(told[2]))

    orders = [order_of([each]) for each in owe(tx, many=12)]
    event.listen(tx, "before_cursor_execute", note)
    begun(tx, orders[0])
    alone = len(counted)
    counted.clear()
    begun(tx, *orders[1:])
    assert len(counted) == alone


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(wishes=st.lists(st.sets(st.integers(0, 3), min_size=1), min_size=1, max_size=5))
def test_no_obligation_is_ever_held_by_two(tx: Tx, wishes: list[set[int]]):
    with tx.begin_nested() as undone:
        ids = owe(tx, many=4)
        orders = [order_of([ids[each] for each in sorted(wish)]) for wish in wishes]
        taken: set[int] = set()
        for wish, one in zip(wishes, begun(tx, *orders), strict=True):
            assert isinstance(one, Opened) is not bool(taken & wish)
            if isinstance(one, Opened):
                taken |= wish
                assert one.payment.amount == Money(AMOUNT.vnd * len(wish))
        held = text("SELECT count(*) FROM payments.obligation_lock WHERE obligation_id = ANY(:ids)")
        assert tx.scalar(held, {"ids": list(ids)}) == len(taken)
        undone.rollback()
