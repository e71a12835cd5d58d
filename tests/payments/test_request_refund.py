"""What may go back, and how much of it, by hand."""

from threading import Barrier, BoundedSemaphore, Thread

import pytest

from ledger.money import Money
from ledger.postgres.transaction import OpenTx, Tx
from payments.errors import NotFound, NotRefundable
from payments.payment import Payment
from payments.postgres import refund_rows, taken_rows
from payments.refund import Obstacle, Refund, RefundCause, RefundRoute, Wanted
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from payments.request_refund import request_refund
from tests.payments.changing import changed, correct, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import HOA, LAN, paid, paid_twice
from tests.payments.scene import NOW


def rejected_surplus(tx: Tx) -> Refund:
    """Return a surplus whose own proposal somebody rejected."""
    return reject_refund(tx, paid_twice(tx).number, by=HOA, now=NOW)


def lowered(tx: Tx) -> Payment:
    """Lower a fine by a million once it was paid, and reject what was proposed by itself."""
    (one,) = push(tx, fine())
    payment = pay(tx, one)
    changed(tx, correct(2_000_000))
    (proposed,) = refund_rows.of_payments(tx, [payment.payment_id])
    reject_refund(tx, proposed.number, by=HOA, now=NOW)
    return payment


def part_of(tx: Tx, payment: Payment, amount: Money | None, *, by: str = LAN) -> Refund:
    """Ask for some of what is due back for a payment's one obligation."""
    (taken,) = taken_rows.sums_of_payment(tx, payment.payment_id)
    wanted = Wanted(
        capture_id=taken.capture_id,
        reason="Quyết định được sửa",
        amount=amount,
        obligation_id=payment.lines[0].obligation_id,
        document="16/QĐ-ĐC",
    )
    return request_refund(tx, wanted, by=by, now=NOW)


def reason_of(tx: Tx, wanted: Wanted) -> str:
    with pytest.raises(NotRefundable) as problem:
        request_refund(tx, wanted, by=LAN, now=NOW)
    return problem.value.reason


def test_a_surplus_is_proposed_whole(tx: Tx):
    surplus = rejected_surplus(tx)
    refund = request_refund(tx, Wanted(surplus.capture_id, "Thu hai lần"), by=LAN, now=NOW)
    assert (refund.state, refund.cause, refund.route, refund.proposed_by) == (
        RefundState.PROPOSED,
        RefundCause.DUPLICATE,
        RefundRoute.GATEWAY,
        LAN,
    )
    assert refund.amount == surplus.amount
    assert refund.number != surplus.number


def test_a_surplus_goes_back_whole_or_by_transfer_and_never_by_the_state(tx: Tx):
    surplus = rejected_surplus(tx)
    wanted = Wanted(surplus.capture_id, "Thu hai lần", amount=Money(1))
    assert reason_of(tx, wanted) == Obstacle.ONLY_WHOLE
    wanted = Wanted(surplus.capture_id, "Thu hai lần", route=RefundRoute.STATE_PROCEDURE)
    assert reason_of(tx, wanted) == Obstacle.WRONG_ROUTE
    wanted = Wanted(surplus.capture_id, "Thu hai lần", route=RefundRoute.TRANSFER)
    assert request_refund(tx, wanted, by=LAN, now=NOW).route is RefundRoute.TRANSFER


def test_f51_asking_twice_for_a_surplus_asks_once(tx: Tx):
    surplus = rejected_surplus(tx)
    wanted = Wanted(surplus.capture_id, "Thu hai lần")
    request_refund(tx, wanted, by=LAN, now=NOW)
    assert reason_of(tx, wanted) == Obstacle.NOTHING_LEFT


def test_what_was_rightly_paid_does_not_go_back(tx: Tx):
    payment_id, _ = paid(tx)
    (taken,) = taken_rows.sums_of_payment(tx, payment_id)
    with pytest.raises(NotFound):
        request_refund(tx, Wanted(taken.capture_id, "Xin lại"), by=LAN, now=NOW)


def test_of_what_is_due_back_no_more_than_is_due(tx: Tx):
    payment = lowered(tx)
    assert part_of(tx, payment, Money(400_000)).amount == Money(400_000)
    with pytest.raises(NotRefundable) as problem:
        part_of(tx, payment, Money(600_001))
    assert problem.value.reason == Obstacle.MORE_THAN_LEFT
    assert part_of(tx, payment, None).amount == Money(600_000)
    with pytest.raises(NotRefundable) as problem:
        part_of(tx, payment, None)
    assert problem.value.reason == Obstacle.NOTHING_LEFT


def test_no_sum_no_refund(tx: Tx):
    with pytest.raises(NotFound):
        request_refund(tx, Wanted(10**9, "Xin lại"), by=LAN, now=NOW)


def test_f51_of_a_hundred_who_ask_at_once_as_many_get_it_as_is_due(open_tx: OpenTx):
    with open_tx() as tx:
        payment = lowered(tx)
    start, places, said = Barrier(100), BoundedSemaphore(50), list[str]()

    def ask(name: str) -> None:
        start.wait()
        try:
            with places, open_tx() as tx:
                part_of(tx, payment, Money(300_000), by=f"staff:{name}")
        except NotRefundable as problem:
            said.append(problem.reason)
        else:
            said.append("proposed")

    threads = [Thread(target=ask, args=(f"p{each}",)) for each in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (said.count("proposed"), said.count(Obstacle.MORE_THAN_LEFT)) == (3, 97)
