"""Obligations that change before, while and after somebody pays them: money counts once."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from gateways.contract import Outcome
from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.errors import BeingPaid, NotPayable
from payments.obligation import ObligationStatus
from payments.obligation_change import (
    ChangeAct,
    ChangeOutcome,
    Instalment,
    ObligationChange,
)
from payments.open_payment import open_payment
from payments.postgres import lock_rows
from payments.states import PaymentState
from tests.payments.changing import (
    CANCEL,
    FINE,
    NUMBER,
    change,
    changed,
    correct,
    differences,
    kept,
    pay,
    supersede,
    surplus,
    told,
)
from tests.payments.owed import RATES, fine, push
from tests.payments.scene import (
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


def test_a_paid_fine_that_is_lowered_has_the_difference_due_back(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, correct(2_000_000))
    assert kept(tx, one).status is ObligationStatus.PAID
    assert differences(tx, one) == [(2, 3_000_000, 2_000_000)]
    assert told(tx, one) == ["payment.paid", "obligation.refund_due"]


def test_a_paid_fine_that_is_raised_is_open_again_for_the_rest(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, correct(3_500_000))
    assert kept(tx, one).status is ObligationStatus.OPEN
    rest = pay(tx, one, amount=Money(500_000))
    assert (rest.amount, rest.state) == (Money(500_000), PaymentState.PAID)
    assert kept(tx, one).status is ObligationStatus.PAID
    assert told(tx, one) == ["payment.paid", "obligation.reopened", "payment.paid"]


def test_a_late_success_of_the_first_price_is_surplus_once_the_rest_is_asked_for(tx: Tx):
    (one,) = push(tx, fine())
    first = opened(tx, [one])
    early = sent(inside(tx), first)
    hear(tx, heard(notice(early, Outcome.CANCELLED, amount=None)))
    pay(tx, one)
    changed(tx, correct(3_500_000))
    hear(tx, heard(notice(early, amount=FINE)))
    assert payment_of(tx, first.number).state is PaymentState.OVERPAID
    assert surplus(tx) == FINE
    assert kept(tx, one).status is ObligationStatus.OPEN


def test_all_that_was_paid_for_a_cancelled_fine_is_due_back(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, CANCEL)
    assert kept(tx, one).status is ObligationStatus.WITHDRAWN
    assert differences(tx, one) == [(2, 3_000_000, 0)]


def test_a_payment_no_gateway_heard_of_ends_with_the_fine(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    changed(tx, CANCEL)
    assert payment_of(tx, payment.number).state is PaymentState.EXPIRED
    assert lock_rows.holders(tx, [one]) == {}
    with pytest.raises(NotPayable):
        opened(tx, [one])


def test_money_for_a_fine_cancelled_meanwhile_is_surplus_and_nobody_is_sent_again(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    reference = sent(inside(tx), payment)
    changed(tx, CANCEL)
    with pytest.raises(NotPayable):
        sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=FINE)))
    assert payment_of(tx, payment.number).state is PaymentState.OVERPAID
    assert surplus(tx) == FINE
    assert kept(tx, one).status is ObligationStatus.WITHDRAWN
    assert differences(tx, one) == []
    assert told(tx, one) == ["payment.overpaid"]


def test_a_price_is_honoured_while_somebody_pays_and_the_difference_follows(tx: Tx):
    lowered, raised = push(tx, fine(), fine("2/QĐ-XPHC"))
    for one, number, vnd in [(lowered, NUMBER, 2_000_000), (raised, "2/QĐ-XPHC", 4_000_000)]:
        payment = opened(tx, [one])
        reference = sent(inside(tx), payment)
        changed(tx, correct(vnd, number=number))
        assert kept(tx, one).status is ObligationStatus.OPEN
        hear(tx, heard(notice(reference, amount=FINE)))
        assert payment_of(tx, payment.number).state is PaymentState.PAID
    assert kept(tx, lowered).status is ObligationStatus.PAID
    assert differences(tx, lowered) == [(2, 3_000_000, 2_000_000)]
    assert kept(tx, raised).status is ObligationStatus.OPEN
    assert told(tx, raised) == ["payment.paid", "obligation.reopened"]
    assert surplus(tx) == ZERO


def test_a_payment_that_failed_is_not_tried_again_at_a_price_of_before(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, Outcome.DECLINED, amount=None)))
    changed(tx, correct(2_000_000))
    with pytest.raises(NotPayable, match="otherwise"):
        sent(inside(tx), payment)


def test_what_was_paid_for_the_old_decision_counts_for_the_new_one(tx: Tx):
    push(tx, fine(), fine("2/QĐ-XPHC"))
    pay(tx, push(tx, fine("3/QĐ-XPHC"))[0])
    lowered = changed(
        tx, supersede(fine("4/QĐ-XPHC", fine_vnd=2_000_000), number="3/QĐ-XPHC")
    ).successor_id
    assert lowered is not None
    assert kept(tx, lowered).status is ObligationStatus.PAID
    assert differences(tx, lowered) == [(1, 3_000_000, 2_000_000)]
    raised = changed(
        tx, supersede(fine("5/QĐ-XPHC", fine_vnd=4_000_000), number="4/QĐ-XPHC")
    ).successor_id
    assert raised is not None
    assert kept(tx, raised).status is ObligationStatus.OPEN
    assert pay(tx, raised, amount=Money(1_000_000)).state is PaymentState.PAID


def test_money_on_its_way_to_the_old_decision_counts_for_the_new_one(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    reference = sent(inside(tx), payment)
    two = changed(tx, supersede(fine("2/QĐ-XPHC", fine_vnd=2_000_000))).successor_id
    assert two is not None
    assert lock_rows.holders(tx, [one, two]) == dict.fromkeys([one, two], payment.payment_id)
    with pytest.raises(BeingPaid):
        opened(tx, [two])
    three = changed(tx, supersede(fine("3/QĐ-XPHC"), number="2/QĐ-XPHC")).successor_id
    assert three is not None
    hear(tx, heard(notice(reference, amount=FINE)))
    assert payment_of(tx, payment.number).state is PaymentState.PAID
    assert kept(tx, three).status is ObligationStatus.PAID
    assert kept(tx, one).status is ObligationStatus.SUPERSEDED
    assert lock_rows.holders(tx, [one, two, three]) == {}
    counts_for = tx.execute(
        text(
            "SELECT payload #>> '{data,counts_for}' FROM payments.outbox WHERE obligation_id = :i"
        ),
        {"i": one},
    ).scalar_one()
    assert counts_for == "3/QĐ-XPHC"


def test_money_for_the_old_decision_is_surplus_once_the_new_one_is_paid(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    late = sent(inside(tx), payment)
    hear(tx, heard(notice(late, Outcome.CANCELLED, amount=None)))
    two = changed(tx, supersede(fine("2/QĐ-XPHC"))).successor_id
    assert two is not None
    pay(tx, two)
    three = changed(tx, supersede(fine("3/QĐ-XPHC", fine_vnd=4_000_000), number="2/QĐ-XPHC"))
    assert three.successor_id is not None
    assert kept(tx, three.successor_id).status is ObligationStatus.OPEN
    hear(tx, heard(notice(late, amount=FINE)))
    assert payment_of(tx, payment.number).state is PaymentState.OVERPAID
    assert surplus(tx) == FINE


def test_a_payment_no_gateway_heard_of_makes_room_for_the_new_decision(tx: Tx):
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    two = changed(tx, supersede(fine("2/QĐ-XPHC"))).successor_id
    assert two is not None
    assert payment_of(tx, payment.number).state is PaymentState.EXPIRED
    assert opened(tx, [two]).state is PaymentState.CREATED


def test_of_several_fines_in_one_payment_those_not_cancelled_are_paid(tx: Tx):
    ids = push(tx, fine(), fine("2/QĐ-XPHC"), fine("3/QĐ-XPHC"))
    payment = opened(tx, ids)
    reference = sent(inside(tx), payment)
    changed(tx, CANCEL)
    hear(tx, heard(notice(reference, amount=payment.amount)))
    assert payment_of(tx, payment.number).state is PaymentState.PAID
    assert [kept(tx, each).status.value for each in ids] == ["withdrawn", "paid", "paid"]
    assert differences(tx, ids[0]) == [(2, 3_000_000, 0)]
    assert surplus(tx) == ZERO


def test_of_several_fines_one_paid_by_somebody_else_makes_all_of_it_surplus(tx: Tx):
    ids = push(tx, fine(), fine("2/QĐ-XPHC"))
    payment = opened(tx, ids)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, Outcome.CANCELLED, amount=None)))
    pay(tx, ids[0])
    hear(tx, heard(notice(reference, amount=payment.amount)))
    assert payment_of(tx, payment.number).state is PaymentState.OVERPAID
    assert surplus(tx) == payment.amount
    assert kept(tx, ids[1]).status is ObligationStatus.OPEN


def test_instalments_are_paid_one_by_one_and_the_last_one_closes(tx: Tx):
    (one,) = push(tx, fine(fine_vnd=20_000_000))
    plan = (
        Instalment(date(2026, 4, 30), Money(8_000_000)),
        Instalment(date(2026, 6, 30), Money(12_000_000)),
    )
    changed(tx, replace(CANCEL, act=ChangeAct.INSTALMENTS, instalments=plan))
    early = opened(tx, [one])
    late = sent(inside(tx), early)
    hear(tx, heard(notice(late, Outcome.CANCELLED, amount=None)))
    first = pay(tx, one, amount=Money(8_000_000))
    assert (first.state, kept(tx, one).status) == (PaymentState.PAID, ObligationStatus.OPEN)
    hear(tx, heard(notice(late, amount=Money(8_000_000))))
    assert payment_of(tx, early.number).state is PaymentState.OVERPAID
    last = pay(tx, one, amount=Money(12_000_000))
    assert (last.state, kept(tx, one).status) == (PaymentState.PAID, ObligationStatus.PAID)
    assert surplus(tx) == Money(8_000_000)


def test_two_payments_of_one_instalment_in_one_batch_pay_it_once(tx: Tx):
    (one,) = push(tx, fine(fine_vnd=20_000_000))
    plan = (
        Instalment(date(2026, 4, 30), Money(8_000_000)),
        Instalment(date(2026, 6, 30), Money(12_000_000)),
    )
    changed(tx, replace(CANCEL, act=ChangeAct.INSTALMENTS, instalments=plan))
    first = opened(tx, [one])
    early = sent(inside(tx), first)
    hear(tx, heard(notice(early, Outcome.CANCELLED, amount=None)))
    second = sent(inside(tx), opened(tx, [one]))
    amount = Money(8_000_000)
    hear(tx, heard(notice(early, amount=amount)), heard(notice(second, amount=amount)))
    assert surplus(tx) == amount
    assert kept(tx, one).status is ObligationStatus.OPEN


TWO_PARTS = (
    Instalment(date(2026, 4, 30), Money(10_000_000)),
    Instalment(date(2026, 6, 30), Money(10_000_000)),
)
SPLIT = replace(CANCEL, act=ChangeAct.INSTALMENTS, document="8/QĐ", instalments=TWO_PARTS)


@pytest.mark.parametrize(("before", "first_vnd"), [(None, 20_000_000), (SPLIT, 10_000_000)])
def test_money_for_the_rest_of_a_fine_cancelled_meanwhile_is_due_back_with_the_first(
    tx: Tx, before: ObligationChange | None, first_vnd: int
):
    one, other = push(tx, fine(fine_vnd=20_000_000), fine("2/QĐ-XPHC"))
    if before is not None:
        changed(tx, before)
    first = Money(first_vnd)
    pay(tx, one, amount=first)
    if before is None:
        changed(tx, correct(20_500_000))
    both = opened(tx, [one, other])
    reference = sent(inside(tx), both)
    changed(tx, CANCEL)
    hear(tx, heard(notice(reference, amount=both.amount)))
    assert payment_of(tx, both.number).state is PaymentState.PAID
    all_of_it = first + both.amount - FINE
    assert differences(tx, one) == [(3, first.vnd, 0), (3, all_of_it.vnd, 0)]
    assert told(tx, one)[-3:] == ["obligation.refund_due", "payment.paid", "obligation.refund_due"]
    assert sums_told(tx, one)[-1] == (all_of_it.vnd, first.vnd)
    assert kept(tx, other).status is ObligationStatus.PAID


def test_a_refund_no_longer_due_is_taken_back_and_told_once(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    changed(tx, correct(2_000_000))
    changed(tx, replace(CANCEL, act=ChangeAct.CORRECT, personal={"name": "Nguyễn An"}))
    assert differences(tx, one) == [(2, 3_000_000, 2_000_000)]
    changed(tx, correct(2_500_000, document="2"))
    changed(tx, correct(3_500_000, document="3"))
    assert sums_told(tx, one) == [(1_000_000, 0), (500_000, 1_000_000), (0, 500_000)]
    assert told(tx, one)[-2:] == ["obligation.refund_due", "obligation.reopened"]


def test_a_refund_of_a_replaced_decision_is_told_of_the_new_one_alone(tx: Tx):
    (one,) = push(tx, fine())
    pay(tx, one)
    two = changed(tx, supersede(fine("2/QĐ-XPHC", fine_vnd=2_000_000))).successor_id
    three = changed(
        tx, supersede(fine("3/QĐ-XPHC", fine_vnd=2_500_000), number="2/QĐ-XPHC")
    ).successor_id
    assert two is not None
    assert three is not None
    assert sums_told(tx, one) == []
    assert sums_told(tx, two) == [(1_000_000, 0), (0, 1_000_000)]
    assert sums_told(tx, three) == [(500_000, 0)]


def sums_told(tx: Tx, obligation_id: int) -> list[tuple[int, int]]:
    """Return what was said to be due back, and what had been before."""
    rows = tx.execute(
        text(
            "SELECT payload -> 'data' AS data FROM payments.outbox WHERE obligation_id = :id"
            " AND type = 'obligation.refund_due' ORDER BY sequence"
        ),
        {"id": obligation_id},
    )
    return [(row.data["difference_vnd"], row.data["difference_before_vnd"]) for row in rows]


SHORTLY_BEFORE_MIDNIGHT = datetime(2026, 3, 11, 16, 50, tzinfo=UTC)


@pytest.mark.parametrize("wait", [timedelta(minutes=13), timedelta(days=3)])
@pytest.mark.parametrize(
    "change",
    [
        replace(CANCEL, act=ChangeAct.CORRECT, personal={"name": "Nguyễn An"}),
        supersede(
            replace(
                fine("2/QĐ-XPHC", issued_on="2026-01-10", received_on="2026-01-10"),
                decided_on=date(2026, 1, 10),
            )
        ),
    ],
)
def test_what_was_paid_counts_as_of_the_day_its_price_was_promised_for(
    tx: Tx, wait: timedelta, change: ObligationChange
):
    late = fine(issued_on="2026-01-10", received_on="2026-01-10")
    (one,) = push(tx, replace(late, decided_on=date(2026, 1, 10)))
    begun = SHORTLY_BEFORE_MIDNIGHT
    payment = open_payment(tx, order_of([one]), rates=RATES, now=begun, today=date(2026, 3, 11))
    reference = sent(inside(tx), payment, now=begun)
    word = notice(reference, amount=payment.amount, at=begun + wait)
    hear(tx, heard(word, received_at=begun + wait), now=begun + wait)
    newest = changed(tx, change).successor_id or one
    assert kept(tx, newest).status is ObligationStatus.PAID
    assert differences(tx, newest) == []


def test_the_account_is_not_changed_while_somebody_pays_into_it(tx: Tx):
    owe(tx, account="kbnn-0022")
    (one,) = push(tx, fine())
    payment = opened(tx, [one])
    reference = sent(inside(tx), payment)
    moved = replace(CANCEL, act=ChangeAct.CORRECT, beneficiary="kbnn-0022")
    replaced = supersede(replace(fine("2/QĐ-XPHC"), beneficiary="kbnn-0022"))
    for one_change, field in [(moved, "beneficiary"), (replaced, "successor.beneficiary")]:
        (verdict,) = change(tx, one_change)
        assert (verdict.outcome, verdict.field) == (ChangeOutcome.REFUSED, field)
        assert "again" in verdict.reason
    hear(tx, heard(notice(reference, amount=FINE)))
    assert kept(tx, one).version == 1
    changed(tx, moved)
    assert kept(tx, one).beneficiary == "kbnn-0022"
