"""What went back is kept as one: book, refund, payment and what authorities are told."""

import pytest
from sqlalchemy import text

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import StepRefused
from payments.finish_refund import finish_refund
from payments.hold_refund import hold_refund
from payments.refund import Refund
from payments.refund_states import RefundState
from payments.states import PaymentState
from tests.payments.refunding import (
    approved,
    only_refund,
    paid,
    paid_otherwise,
    paid_twice,
    payment_state,
)
from tests.payments.scene import CALENDAR, NOW, SIGNER, hear, heard, notice


def finished(tx: Tx, refund: Refund) -> Refund:
    held = hold_refund(tx, refund.number)
    return finish_refund(tx, held, held.refund, calendar=CALENDAR, signer=SIGNER, now=NOW)


def test_what_was_paid_twice_is_told_for_each_obligation(tx: Tx):
    payment_id, reference = paid(tx, many=2)
    hear(tx, heard(notice(reference, amount=Money(700_000), transaction="T-again")))
    finished(tx, approved(tx, only_refund(tx, payment_id)))
    told = tx.execute(
        text("SELECT count(DISTINCT obligation_id) FROM payments.outbox WHERE type = :type"),
        {"type": "payment.refunded"},
    )
    assert told.scalar_one() == 2


def test_what_nobody_approved_is_not_finished(tx: Tx):
    with pytest.raises(StepRefused):
        finished(tx, paid_twice(tx))


def test_money_that_differed_is_told_to_nobody(tx: Tx):
    refund = approved(tx, paid_otherwise(tx, amount=Money(400_000)))
    assert finished(tx, refund).state is RefundState.DONE
    assert payment_state(tx, refund) is PaymentState.REFUNDED
    told = tx.execute(text("SELECT type FROM payments.outbox")).scalars().all()
    assert told == []


def test_a_surplus_leaves_the_proof_of_payment_alone(tx: Tx):
    finished(tx, approved(tx, paid_twice(tx)))
    assert tx.execute(text("SELECT count(*) FROM payments.acknowledgement_turn")).scalar_one() == 0
    told = tx.execute(text("SELECT type FROM payments.outbox ORDER BY sequence")).scalars().all()
    assert told == ["payment.paid", "payment.overpaid", "payment.refunded"]
