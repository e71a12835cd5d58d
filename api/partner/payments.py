"""JSON v1: open a payment, choose a gateway, read state and proof."""

import base64
import ipaddress
import json
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from api.access.obligation_token import open_obligation
from api.access.partner_key import caller_of, partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.idempotent import OnceOnly, answer_once
from api.partner.later_out import LaterOut, later_of_proof
from api.partner.payment_lists import METADATA_KEY, METADATA_MAX, METADATA_TEXT_MAX
from api.partner.payment_out import (
    POLL_LONG_S,
    NextActionOut,
    PaymentOut,
    payment_out,
    redirect_out,
    shown,
)
from api.partner.refusals import refusals
from api.partner.return_address import RETURN_URL_MAX, require_registered
from api.start_payment import cancel_for, open_for, send
from gateways.errors import OutcomeUnknown, Untrusted
from ledger.money import VND_MAX, Money
from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.payment import Payment
from payments.payment_number import is_payment_number
from payments.postgres import acknowledgement_rows, later_rows, payment_rows

OBLIGATIONS_MAX = 20


def an_ip_address(text: str) -> str:
    """Return a network address in its one spelling.

    Raises:
        ValueError: it is none, or has a zone.
    """
    if "%" in text:  # A zone means something on one machine only.
        raise ValueError("is an IP address without a zone")
    return str(ipaddress.ip_address(text))


MetadataKey = Annotated[str, StringConstraints(pattern=METADATA_KEY)]
MetadataText = Annotated[str, StringConstraints(strict=True, max_length=METADATA_TEXT_MAX)]
PayerAddress = Annotated[str, Field(max_length=45), AfterValidator(an_ip_address)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class PaymentIn(_In):
    """Obligations found by look-up, and the total the payer was shown."""

    obligations: list[str] = Field(min_length=1, max_length=OBLIGATIONS_MAX)
    shown_total_vnd: StrictInt | None = Field(
        default=None, gt=0, le=VND_MAX, description="what the payer was shown; 409 if it changed"
    )
    language: Literal["vi", "en"] = "vi"
    metadata: dict[MetadataKey, MetadataText] = Field(
        default_factory=dict[str, str],
        max_length=METADATA_MAX,
        description="yours, given back unread; nothing about persons",
    )
    return_url: str | None = Field(
        default=None,
        min_length=1,
        max_length=RETURN_URL_MAX,
        description=(
            "where the payer's browser goes after the gateway, as it is and with nothing added;"
            " of an origin registered for you. It proves no payment"
        ),
    )


class AttemptIn(_In):
    """The gateway the payer chose, and the payer's own network address."""

    gateway: str = Field(pattern=r"^[a-z][a-z0-9_]{1,19}$")
    payer_address: PayerAddress


class AcknowledgementOut(BaseModel):
    """The signed proof: `signature` is Ed25519 over exactly the bytes of `signed`.

    What was signed stays true, whatever became of it `later`.
    """

    number: str
    key_id: str
    signed: str = Field(description="base64 of the signed bytes, canonical JSON")
    signature: str = Field(description="base64")
    content: dict[str, object]
    later: LaterOut


class PublicKeyOut(BaseModel):
    """A key acknowledgements are signed with."""

    key_id: str
    algorithm: Literal["Ed25519"]
    public_key: str = Field(description="base64 of the 32 bytes")


def routes(house: House) -> APIRouter:
    """Return the doors of the payment API."""
    router = APIRouter(prefix="/v1", tags=["payments"])
    reader = Depends(partner_of(house, Scope.PAYMENTS_READ))
    writer = Depends(partner_of(house, Scope.PAYMENTS_WRITE))

    @router.post(
        "/payments", status_code=201, response_model=PaymentOut, responses=refusals(404, 409)
    )
    def create(
        request: Request, body: PaymentIn, client: Annotated[str, writer], once: OnceOnly
    ) -> Response:
        """Open a payment of obligations found by look-up, at today's price.

        Nobody else can pay them until it ends. No money moves before an attempt.
        """
        if body.return_url:
            origins = caller_of(request).partner.return_origins
            require_registered(body.return_url, origins=origins)
        work = partial(_open, house, body, client)
        return answer_once(house, once, work, client=client, body=body)

    @router.post("/payments/{number}/attempts", responses=refusals(404, 409))
    def choose(number: str, body: AttemptIn, client: Annotated[str, writer]) -> NextActionOut:
        """Send the payment to a gateway, the first or another one.

        Asked again while the attempt lives, it gives the same address again, so it needs no key.
        Another gateway is possible once the one before is known to have ended; until then 409
        `being-paid` says until when. A gateway that gave no usable answer is told as `wait`.
        """
        with house.open_tx() as tx:
            payment = _own(tx, number, client=client)
        try:
            action = send(
                house, payment, gateway_code=body.gateway, payer_address=body.payer_address
            )
        except (OutcomeUnknown, Untrusted):
            return NextActionOut(type="wait", poll_after_s=POLL_LONG_S)
        return redirect_out(action, expires_at=payment.expires_at)

    @router.post("/payments/{number}/cancel", responses=refusals(404, 409))
    def cancel(number: str, client: Annotated[str, writer]) -> PaymentOut:
        """Cancel a payment: no payer is sent to pay it any more.

        One no gateway heard of fails at once. Otherwise its gateway is asked now: where it says
        that no money was taken, the payment fails; where money may still come, it stays as it is,
        with `cancellation`, and ends when the gateway says. 409 `already-paid` once money was
        taken. Cancelling twice is cancelling once, so it needs no key.
        """
        with house.open_tx() as tx:
            payment = _own(tx, number, client=client)
        cancel_for(house, payment)
        with house.open_tx() as tx:
            return payment_out(house, shown(tx, _own(tx, number, client=client)))

    @router.get("/payments/{number}", responses=refusals(404))
    def read(number: str, client: Annotated[str, reader]) -> PaymentOut:
        """Read one payment of this partner in full."""
        with house.open_tx() as tx:
            return payment_out(house, shown(tx, _own(tx, number, client=client)))

    @router.get("/payments/{number}/acknowledgement", responses=refusals(404))
    def proof(number: str, client: Annotated[str, reader]) -> AcknowledgementOut:
        """Read the signed proof of a paid payment; 404 until it is paid."""
        with house.open_tx() as tx:
            payment = _own(tx, number, client=client)
            kept = acknowledgement_rows.of_payment(tx, payment.payment_id)
            later = later_rows.later_of(tx, payment.payment_id)
        if kept is None:
            raise NotFound(number)
        return AcknowledgementOut(
            number=kept.number,
            key_id=kept.key_id,
            signed=base64.b64encode(kept.payload).decode(),
            signature=base64.b64encode(kept.signature).decode(),
            content=json.loads(kept.payload),
            later=later_of_proof(later, house.pages.speeches),
        )

    @router.get("/keys")
    def keys() -> list[PublicKeyOut]:
        """List the public keys of acknowledgements, open to anyone."""
        return [
            PublicKeyOut(
                key_id=key_id, algorithm="Ed25519", public_key=base64.b64encode(key).decode()
            )
            for key_id, key in sorted(house.public_keys.items())
        ]

    return router


def _open(house: House, body: PaymentIn, client: str, tx: Tx) -> PaymentOut:
    payment = open_for(
        tx,
        house,
        obligation_ids=[
            open_obligation(house, token, bound_to=client) for token in body.obligations
        ],
        shown=None if body.shown_total_vnd is None else Money(body.shown_total_vnd),
        language=body.language,
        client=client,
        metadata=body.metadata,
        return_url=body.return_url or "",
    )
    return payment_out(house, shown(tx, payment))


def _own(tx: Tx, number: str, *, client: str) -> Payment:
    payment = payment_rows.by_number(tx, number) if is_payment_number(number) else None
    if payment is None or payment.client != client:
        raise NotFound
    return payment
