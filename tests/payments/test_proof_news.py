"""What a client is told of proofs."""

from datetime import UTC, date, datetime, timedelta

from ledger.money import Money
from payments.acknowledgement import SignedAcknowledgement
from payments.client_event import payload_of
from payments.payment import Payment
from payments.proof_news import ended_news
from payments.proven import AcknowledgementTurn, Ended
from payments.states import PaymentState

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)
NEW = SignedAcknowledgement("NP1-2", b"{}", b"s" * 64, "k1")
PAYMENT = Payment(
    payment_id=1,
    number="NP1",
    state=PaymentState.PAID,
    version=2,
    amount=Money(350_000),
    priced_on=date(2026, 3, 11),
    language="vi",
    client="portal",
    created_at=NOW,
    expires_at=NOW + timedelta(minutes=15),
    paid_at=NOW,
    lines=(),
)


def test_each_turn_is_an_event_of_its_own():
    replaced = Ended("NP1", AcknowledgementTurn.REPLACED, "RF1", Money(1), NOW, NEW)
    revoked = Ended("NP1-2", AcknowledgementTurn.REVOKED, "RF2", Money(0), NOW, None)
    told = [ended_news(PAYMENT, each) for each in (replaced, revoked)]
    payloads = [payload_of(news) for news in told]
    assert [payload["type"] for payload in payloads] == [
        "acknowledgement.replaced",
        "acknowledgement.revoked",
    ]
    assert len({payload["id"] for payload in payloads}) == 2
    assert told[0].details == {
        "acknowledgement": {
            "number": "NP1",
            "refund_number": "RF1",
            "kept_vnd": 1,
            "replaced_by": "NP1-2",
        }
    }
