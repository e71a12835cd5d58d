"""What a gateway answers about a refund is kept, and never taken for a word on the payment."""

from sqlalchemy import text

from gateways.contract import RefundAnswer, RefundOutcome
from gateways.errors import OutcomeUnknown, Untrusted
from ledger.postgres.transaction import Tx
from payments.keep_refund_answer import keep_refund_answer
from tests.payments.refunding import paid
from tests.payments.scene import NOW, attempt_of


def test_bytes_are_kept_believed_or_not(tx: Tx):
    _, reference = paid(tx)
    attempt = attempt_of(tx, reference)
    answer = RefundAnswer(b"yes", RefundOutcome.DONE, "B1", "00")
    first = keep_refund_answer(tx, attempt, answer, asked="refund", now=NOW)
    forged = Untrusted("forged", raw=b"forged")
    second = keep_refund_answer(tx, attempt, forged, asked="ask_refund", now=NOW)
    rows = tx.execute(
        text("SELECT evidence_id, path, verdict FROM payments.evidence WHERE kind = 'answer'")
    )
    assert {tuple(row) for row in rows} == {
        (first, "refund", "recorded"),
        (second, "ask_refund", "malformed"),
    }


def test_silence_leaves_nothing(tx: Tx):
    _, reference = paid(tx)
    silence = OutcomeUnknown("time-out")
    attempt = attempt_of(tx, reference)
    assert keep_refund_answer(tx, attempt, silence, asked="refund", now=NOW) is None
