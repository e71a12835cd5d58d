"""JSON v1: open a payment, choose a gateway, read state and proof."""

import base64
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from api.access.partner_key import caller_of, partner_of
from api.access.scope import Scope
from api.gathered import Gatherer, QueueFull
from api.house import House
from api.partner.idempotent import OnceOnly
from api.partner.opening import BATCH_MAX, Asked, open_all
from api.partner.payment_in import AttemptIn, PaymentIn
from api.partner.payment_out import (
    POLL_LONG_S,
    NextActionOut,
    PaymentOut,
    payment_out,
    redirect_out,
    shown,
)
from api.partner.refusals import refusals
from api.partner.return_address import require_registered
from api.start_payment import cancel_for, send
from gateways.errors import OutcomeUnknown, Untrusted
from ledger.postgres.transaction import Tx
from payments.errors import NotFound, PaymentsError
from payments.payment import Payment
from payments.payment_number import is_payment_number
from payments.postgres import payment_rows


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

    opening = Gatherer("payments", partial(open_all, house), batch_max=BATCH_MAX)

    @router.post(
        "/payments", status_code=201, response_model=PaymentOut, responses=refusals(404, 409)
    )
    async def create(
        request: Request, body: PaymentIn, client: Annotated[str, writer], once: OnceOnly
    ) -> Response:
        """Open a payment of obligations found by look-up, at today's price.

        Nobody else can pay them until it ends. No money moves before an attempt, which `start`
        makes at once.
        """
        if body.return_url:
            origins = caller_of(request).partner.return_origins
            require_registered(body.return_url, origins=origins)
        try:
            told = await opening.submit(Asked(client, once, body))
        except QueueFull as full:
            raise HTTPException(503) from full
        if isinstance(told, PaymentsError):
            raise told
        return told.response()

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
