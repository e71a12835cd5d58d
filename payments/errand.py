"""What a gateway is told of a payment besides the payment itself."""

from dataclasses import dataclass
from datetime import datetime

from gateways.contract import Gateway, Intent
from payments.payment import Payment


@dataclass(frozen=True, slots=True)
class Errand:
    """Our reference for one attempt, and what the gateway needs to know of payer and purpose."""

    reference: str
    payer_address: str
    return_url: str
    purpose: str


def intent_of(payment: Payment, gateway: Gateway, errand: Errand, *, now: datetime) -> Intent:
    """Return what the gateway shall collect, for as long as both it and the payment allow."""
    return Intent(
        reference=errand.reference,
        amount=payment.amount,
        beneficiary=payment.lines[0].beneficiary,
        purpose=errand.purpose,
        language=payment.language,
        payer_address=errand.payer_address,
        return_url=errand.return_url,
        created_at=now,
        expires_at=min(payment.expires_at, now + gateway.capabilities.expiry),
    )
