"""JSON v1: open a payment, choose a gateway, read state and proof."""

import base64
import hashlib
import ipaddress
import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from api.access.obligation_token import open_obligation
from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.later_out import LaterOut, later_of_payment, later_of_proof
from api.partner.refusals import refusals
from api.start_payment import handle_of, open_for, send
from ledger.money import VND_MAX, Money
from ledger.postgres.transaction import Tx
from payments.errors import NotFound
from payments.later import Later
from payments.payment import Payment
from payments.payment_number import is_payment_number
from payments.postgres import acknowledgement_rows, idempotency_rows, later_rows, payment_rows

KEY_MAX = 128
OBLIGATIONS_MAX = 20


def an_ip_address(text: str) -> str:
    """Return a network address in its one spelling.

    Raises:
        ValueError: it is none, or has a zone.
    """
    if "%" in text:  # A zone means something on one machine only.
        raise ValueError("is an IP address without a zone")
    return str(ipaddress.ip_address(text))


PayerAddress = Annotated[str, Field(max_length=45), AfterValidator(an_ip_address)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class PaymentIn(_In):
    """Obligations found by look-up, and the total the payer was shown."""

    obligations: list[str] = Field(min_length=1, max_length=OBLIGATIONS_MAX)
    shown_total_vnd: StrictInt | None = Field(default=None, gt=0, le=VND_MAX)
    language: Literal["vi", "en"] = "vi"


class AttemptIn(_In):
    """The gateway the payer chose, and the payer's own network address."""

    gateway: str = Field(pattern=r"^[a-z][a-z0-9_]{1,19}$")
    payer_address: PayerAddress


class PaymentOut(BaseModel):
    """A payment as its partner may see it; `proof_url` is the payer's own permanent address.

    Whoever shows the payment tells the payer what `later` says.
    """

    number: str
    status: str
    amount_vnd: int
    priced_on: date
    created_at: datetime
    expires_at: datetime
    paid_at: datetime | None
    proof_url: str
    later: LaterOut


class NextActionOut(BaseModel):
    """Where to send the payer's browser."""

    type: Literal["redirect"]
    url: str


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
        request: Request,
        body: PaymentIn,
        client: Annotated[str, writer],
        idempotency_key: Annotated[str, Header(min_length=8, max_length=KEY_MAX)],
    ) -> Response:
        """Open a payment; the same Idempotency-Key and body give the same answer for 30 days."""
        digest = hashlib.sha256(body.model_dump_json().encode()).digest()
        with house.open_tx() as tx:
            begun = idempotency_rows.begin(
                tx,
                client=client,
                route=request.url.path,
                key=idempotency_key,
                body_digest=digest,
                now=house.clock(),
            )
            if isinstance(begun, idempotency_rows.Replay):
                return _json(begun.answer, status=begun.status)
            payment = open_for(
                tx,
                house,
                obligation_ids=[
                    open_obligation(house, token, bound_to=client) for token in body.obligations
                ],
                shown=None if body.shown_total_vnd is None else Money(body.shown_total_vnd),
                language=body.language,
                client=client,
            )
            answer = _payment(house, payment, ()).model_dump_json().encode()
            idempotency_rows.finish(
                tx,
                client=client,
                route=request.url.path,
                key=idempotency_key,
                status=201,
                answer=answer,
            )
        return _json(answer, status=201)

    @router.post("/payments/{number}/attempts", responses=refusals(404, 409))
    def choose(number: str, body: AttemptIn, client: Annotated[str, writer]) -> NextActionOut:
        """Send the payment to a gateway; asking again gives the same address while it lives."""
        with house.open_tx() as tx:
            payment = _own(tx, number, client=client)
        action = send(
            house,
            payment,
            gateway_code=body.gateway,
            payer_address=body.payer_address,
        )
        return NextActionOut(type="redirect", url=action.url)

    @router.get("/payments/{number}", responses=refusals(404))
    def read(number: str, client: Annotated[str, reader]) -> PaymentOut:
        """Read one payment of this partner; strongly consistent."""
        with house.open_tx() as tx:
            payment = _own(tx, number, client=client)
            later = later_rows.later_of(tx, payment.payment_id)
        return _payment(house, payment, later)

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


def _own(tx: Tx, number: str, *, client: str) -> Payment:
    payment = payment_rows.by_number(tx, number) if is_payment_number(number) else None
    if payment is None or payment.client != client:
        raise NotFound
    return payment


def _payment(house: House, payment: Payment, later: Sequence[Later]) -> PaymentOut:
    return PaymentOut(
        number=payment.number,
        status=payment.state,
        amount_vnd=payment.amount.vnd,
        priced_on=payment.priced_on,
        created_at=payment.created_at,
        expires_at=payment.expires_at,
        paid_at=payment.paid_at,
        proof_url=f"{house.settings.citizen_url}/p/{handle_of(house, payment.number)}",
        later=later_of_payment(payment, later, house.pages.speeches),
    )


def _json(body: bytes, *, status: int) -> Response:
    return Response(body, status, media_type="application/json")
