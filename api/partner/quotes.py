"""JSON v1: what something would cost on a day, explained line by line; nothing is kept."""

from datetime import date

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.quote_out import QuoteOut, quote_out
from api.partner.refusals import refusals
from payments.errors import InputRefused
from payments.obligations.body import DAY_MAX, DAY_MIN
from payments.obligations.registry import KINDS
from payments.quote import Quote
from payments.quoting import quote_of_facts


class QuoteIn(BaseModel):
    """Facts as an authority pushes them for this kind, and the day of payment in Vietnam."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(min_length=1, max_length=40, examples=["social_insurance"])
    facts: dict[str, object] = Field(
        description="as Facts_<kind> among the schemas says",
        examples=[
            {
                "income_vnd": 2_500_000,
                "group": "khac",
                "method": "M6",
                "months": 6,
                "months_supported": 0,
                "from_month": "2026-12",
            }
        ],
    )
    on: date | None = Field(
        default=None, ge=DAY_MIN, le=DAY_MAX, description="day of payment; today when left out"
    )


def routes(house: House) -> APIRouter:
    """Return the door of quotes without an obligation."""
    router = APIRouter(prefix="/v1", tags=["quotes"])
    partner = Depends(partner_of(house, Scope.OBLIGATIONS_READ))

    @router.post("/quotes", dependencies=[partner], responses=refusals(409))
    def price(body: QuoteIn) -> QuoteOut:
        """Price facts without keeping them; the obligation itself is priced anew when paid."""
        return quote_out(_quote(house, body), house.pages.speeches)

    return router


def _quote(house: House, asked: QuoteIn) -> Quote:
    kind = KINDS.get(asked.kind)
    if kind is None:
        known = ", ".join(sorted(code for code, one in KINDS.items() if one.is_payable))
        raise InputRefused(field="kind", reason=f"is one of {known}")
    try:
        facts = kind.read_facts(asked.facts)
    except InputRefused as refused:
        raise InputRefused(field=f"facts.{refused.field}", reason=refused.reason) from refused
    return quote_of_facts(kind, facts, on=asked.on or house.today(), rates=house.rates)
