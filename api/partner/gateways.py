"""JSON v1: which gateways there are, and which of them take an amount."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from gateways.contract import Gateway
from ledger.money import VND_MAX, Money
from payments.errors import GatewayNotOffered
from payments.routing import offered


class GatewayOut(BaseModel):
    """One bank or intermediary: its names, limits, and where it sends a payer's browser."""

    code: str = Field(description="what `gateway` of an attempt is")
    name: str
    name_en: str
    amount_min_vnd: int
    amount_max_vnd: int
    refunds_in_part: bool
    starts_with_payment: bool = Field(description="whether `start` of a payment may name it")
    pay_origins: list[str] = Field(description="the only origins a payer is sent to")


class GatewaysOut(BaseModel):
    """Gateways in an order that favours none: the same for the same amount."""

    gateways: list[GatewayOut]


def routes(house: House) -> APIRouter:
    """Return the door of the gateways."""
    router = APIRouter(prefix="/v1", tags=["gateways"])
    partner = Depends(partner_of(house, Scope.PAYMENTS_READ))

    @router.get("/gateways", dependencies=[partner])
    def read_all(
        amount_vnd: Annotated[
            int | None,
            Query(ge=1, le=VND_MAX, description="only those that take it", examples=[3_013_500]),
        ] = None,
    ) -> GatewaysOut:
        """List the gateways, or those that take an amount."""
        return GatewaysOut(gateways=[_out(each) for each in _taking(house, amount_vnd)])

    return router


def _taking(house: House, amount_vnd: int | None) -> list[Gateway]:
    if amount_vnd is None:
        return sorted(house.gateways.values(), key=lambda gateway: gateway.code)
    try:
        return offered(house.gateways, amount=Money(amount_vnd), seed=str(amount_vnd))
    except GatewayNotOffered:
        return []


def _out(gateway: Gateway) -> GatewayOut:
    can = gateway.capabilities
    return GatewayOut(
        code=gateway.code,
        name=can.name_vi,
        name_en=can.name_en,
        amount_min_vnd=can.amount_min.vnd,
        amount_max_vnd=can.amount_max.vnd,
        refunds_in_part=can.refunds_in_part,
        starts_with_payment=can.starts_alone,
        pay_origins=sorted(can.pay_origins),
    )
