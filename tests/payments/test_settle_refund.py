"""Words on a refund are taken in as long as it is open, and never after."""

import pytest

from gateways.contract import RefundOutcome
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.refund import Refund, RefundWord
from payments.refund_states import RefundState
from payments.settle_refund import settle_refund
from tests.payments.refunding import RefundingGateway, approved, ordered, paid_twice, standing
from tests.payments.scene import CALENDAR, NOW, SIGNER


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
