"""JSON v1: an authority says that its own system is away, or back."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import one_authority
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from ledger.audit_record import reason_of
from payments.declare_outage import declare_outage
from payments.postgres.authority_rows import authorities_of
from payments.postgres.outage_rows import REASON_MAX, Outage, OutageSource, outage_of


class StatusIn(BaseModel):
    """`authority` is needed by a partner that speaks for several."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"state": "down", "reason": "Nâng cấp máy chủ"}]},
    )

    authority: str | None = Field(default=None, max_length=40)
    state: Literal["up", "down"]
    reason: Annotated[str, AfterValidator(reason_of)] = Field(default="", max_length=REASON_MAX)


class StatusOut(BaseModel):
    """How an authority's own system stands; `noticed` is what failed deliveries tell of it.

    While it is down, what it pushed stays payable at the last known amount.
    """

    authority: str
    state: Literal["up", "down"]
    since: VietnamTime | None = None
    reason: str = ""
    noticed: bool = False


class StatusesOut(BaseModel):
    """Every authority this partner speaks for."""

    authorities: list[StatusOut]


def routes(house: House) -> APIRouter:
    """Return the status of authorities."""
    router = APIRouter(prefix="/v1", tags=["status"])
    reader = Depends(partner_of(house, Scope.OBLIGATIONS_READ))
    writer = Depends(partner_of(house, Scope.OBLIGATIONS_WRITE))

    @router.get("/status")
    def read(client: Annotated[str, reader]) -> StatusesOut:
        """Read how the systems of this partner's authorities stand with us."""
        with house.open_tx() as tx:
            found = [_out(code, outage_of(tx, code)) for code in sorted(authorities_of(tx, client))]
        return StatusesOut(authorities=found)

    @router.put("/status", responses=refusals(404))
    def declare(body: StatusIn, client: Annotated[str, writer]) -> StatusOut:
        """Say that an authority's system is away or back; said again, nothing changes."""
        with house.open_tx() as tx:
            authority = one_authority(authorities_of(tx, client), body.authority)
            standing = declare_outage(
                tx,
                provider=authority,
                is_down=body.state == "down",
                source=OutageSource.AUTHORITY,
                reason=body.reason,
                now=house.clock(),
            )
        return _out(authority, standing)

    return router


def _out(authority: str, standing: Outage | None) -> StatusOut:
    if standing is None:
        return StatusOut(authority=authority, state="up")
    return StatusOut(
        authority=authority,
        state="down",
        since=standing.since,
        reason=standing.reason,
        noticed=not standing.declared,
    )
