"""What a partner answered, as evidence."""

from gateways.contract import Outcome
from payments.evidence import EvidenceKind, answer_of
from tests.payments.scene import NOW
from tests.payments.test_move import ATTEMPT


def test_an_answer_keeps_its_bytes_and_claims_no_money():
    received = answer_of(
        "paper",
        ATTEMPT.prepared,
        b"<html>",
        outcome=Outcome.UNKNOWN,
        partner_code="500",
        asked="start",
        received_at=NOW,
    )
    assert received.kind is EvidenceKind.ANSWER
    assert received.raw.body == b"<html>"
    assert received.notice.reference == "R1"
    assert received.notice.amount is None
    assert received.notice.outcome is Outcome.UNKNOWN
