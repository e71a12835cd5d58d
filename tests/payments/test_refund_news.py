"""What a client is told of money on its way back."""

from datetime import timedelta

from ledger.postgres.transaction import Tx
from payments.client_event import EventType
from payments.refund import Refund
from payments.reject_refund import reject_refund
from tests.payments.clients import events_of, opened_by
from tests.payments.refunding import HOA, RefundingGateway, approved, asked, only_refund, ordered
from tests.payments.scene import NOW, hear, heard, inside, notice, sent


def surplus(tx: Tx) -> Refund:
    """Pay a payment of the portal twice and return the refund proposed by itself."""
    payment = opened_by(tx)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference)))
    hear(tx, heard(notice(reference, transaction=f"{reference}-again")))
    return only_refund(tx, payment.payment_id)


def told(tx: Tx) -> list[str]:
    """Return what was told after the payment was paid."""
    types = [event.type for event in events_of(tx)]
    return [str(type_) for type_ in types[types.index(EventType.PAYMENT_PAID) + 1 :]]


def test_a_refund_is_told_from_its_proposal_to_its_end(tx: Tx):
    refund = approved(tx, surplus(tx))
    gateway = RefundingGateway()
    ordered(tx, gateway)
    asked(tx, gateway, now=NOW + timedelta(days=1))
    assert told(tx) == [
        "refund.proposed",
        "payment.overpaid",
        "refund.approved",
        "payment.refunding",
        "refund.sent",
        "refund.accepted",
        "refund.done",
        "payment.resumed",
    ]
    (done,) = [event for event in events_of(tx) if event.type is EventType.REFUND_DONE]
    data = done.payload["data"]
    assert isinstance(data, dict)
    assert data["refund"] == {
        "number": refund.number,
        "status": "done",
        "amount_vnd": refund.amount.vnd,
        "cause": "duplicate",
        "route": "gateway",
    }


def test_a_rejected_refund_is_told_as_such(tx: Tx):
    reject_refund(tx, surplus(tx).number, by=HOA, now=NOW)
    assert told(tx) == ["refund.proposed", "payment.overpaid", "refund.rejected"]
