"""Words on a refund are taken in as long as it is open, and never after."""

import pytest

from gateways.contract import RefundOutcome
from gateways.errors import OutcomeUnknown
from ledger.postgres.transaction import OpenTx, Tx
from payments.postgres import refund_rows, taken_rows
from payments.refund import Refund, RefundWord
from payments.refund_states import RefundState
from payments.settle_refund import settle_refund
from tests.payments.changing import changed, correct, pay
from tests.payments.owed import fine, push
from tests.payments.refunding import (
    RefundingGateway,
    approved,
    only_refund,
    ordered,
    paid_twice,
    standing,
)
from tests.payments.scene import CALENDAR, NOW, SIGNER, hear, heard, notice


def lowered(tx: Tx) -> Refund:
    """Return what is due back since a fine was lowered after it was paid."""
    (one,) = push(tx, fine("0077777/QĐ-XPHC"))
    payment = pay(tx, one)
    changed(tx, correct(2_000_000, number="0077777/QĐ-XPHC"))
    return only_refund(tx, payment.payment_id)


def paid_again(tx: Tx, refund: Refund) -> Refund:
    """Hear of one more sum under the order of a refund, and return what is proposed."""
    taken = taken_rows.sum_of(tx, refund.capture_id)
    assert taken is not None
    hear(tx, heard(notice(taken.reference, transaction=f"{taken.reference}-third")))
    return refund_rows.of_payments(tx, [refund.payment_id])[-1]


def said(tx: Tx, refund: Refund, outcome: RefundOutcome) -> RefundState:
    word = RefundWord(outcome, "code", next_ask_at=NOW)
    return settle_refund(tx, refund.number, word, calendar=CALENDAR, signer=SIGNER, now=NOW).state


@pytest.mark.parametrize(
    ("words", "state"),
    [
        ([RefundOutcome.UNKNOWN, RefundOutcome.ACCEPTED], RefundState.ACCEPTED),
        ([RefundOutcome.UNKNOWN, RefundOutcome.UNKNOWN], RefundState.ACCEPTED),
        ([RefundOutcome.DONE, RefundOutcome.REFUSED], RefundState.DONE),
        ([RefundOutcome.REFUSED, RefundOutcome.DONE], RefundState.REFUSED),
    ],
)
def test_a_word_counts_until_the_end(tx: Tx, words: list[RefundOutcome], state: RefundState):
    refund = approved(tx, paid_twice(tx))
    ordered(tx, RefundingGateway())
    for word in words:
        said(tx, refund, word)
    assert standing(tx, refund).state is state


def test_a_word_on_what_was_never_ordered_changes_nothing(tx: Tx):
    refund = paid_twice(tx)
    assert said(tx, refund, RefundOutcome.DONE) is RefundState.PROPOSED
    assert len(refund_rows.of_payments(tx, [refund.payment_id])) == 1


def test_the_role_that_closes_days_may_end_what_a_report_shows(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    with open_tx() as tx:
        refund = approved(tx, lowered(tx))
        ordered(tx, RefundingGateway(said=[OutcomeUnknown("time-out")]))
    with open_recon_tx() as tx:
        assert said(tx, refund, RefundOutcome.DONE) is RefundState.DONE


def test_the_role_that_closes_days_proposes_anew_what_was_refused(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    with open_tx() as tx:
        refund = approved(tx, paid_twice(tx))
        ordered(tx, RefundingGateway())
    with open_recon_tx() as tx:
        assert said(tx, refund, RefundOutcome.REFUSED) is RefundState.REFUSED
        assert len(refund_rows.of_payments(tx, [refund.payment_id])) == 2
        assert paid_again(tx, refund).state is RefundState.PROPOSED
