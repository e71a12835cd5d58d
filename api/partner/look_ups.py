"""JSON v1: find one obligation by what stands on its paper; a key to the door is no oracle."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.held import Held, begun_ns
from api.access.look_up_guard import ask, facts_of, shared_tries
from api.access.look_up_quotas import PartnerQuotas
from api.access.obligation_token import seal_obligation
from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.quote_out import LineOut, NoteOut, quote_out
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from payments.found import Found
from payments.look_up import NoDecisionYet, NoMatch, Question
from payments.obligation import ObligationStatus


class LookUpIn(BaseModel):
    """What is printed on a paper: nothing is found by a plate or a name alone."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    number: str = Field(
        min_length=1,
        max_length=60,
        examples=["1234/QĐ-XPHC"],
        description="of the decision, violation record, insurance card or dossier",
    )
    decided_on: date | None = Field(
        default=None, description="day of the decision or record; left out where there is none"
    )
    subject: str = Field(
        min_length=1,
        max_length=20,
        examples=["30A-123.45"],
        description="plate of the vehicle, or the last four digits of the identity paper",
    )


class LookUpOut(BaseModel):
    """`result` says what was found; amounts are there when it is `found`.

    `unpriced` has no price by the rule named in `reason`. `as_of` is when the authority last said
    that this is owed; while its own system is away, the amount is the last one known.
    """

    result: Literal[
        "found",
        "paid",
        "withdrawn",
        "superseded",
        "nothing_due",
        "unpriced",
        "no_decision_yet",
        "no_match",
    ]
    reason: str = ""
    replaces: list[str] = Field(default_factory=list[str])
    deferred_until: date | None = None
    as_of: VietnamTime | None = None
    authority_unavailable_since: VietnamTime | None = None
    obligation: str | None = None
    priced_on: date | None = None
    deadline: date | None = None
    total_vnd: int | None = None
    total_tomorrow_vnd: int | None = None
    being_paid: bool = False
    being_paid_until: VietnamTime | None = Field(
        default=None, description="null also once that is over: opening says whether it is free"
    )
    lines: list[LineOut] = Field(default_factory=list[LineOut])
    notes: list[NoteOut] = Field(default_factory=list[NoteOut])


def routes(house: House) -> APIRouter:
    """Return the door of the look-up."""
    router = APIRouter(prefix="/v1", tags=["payments"])
    partner = Depends(partner_of(house, Scope.LOOK_UPS))
    quotas = PartnerQuotas(shared_tries(house))

    @router.post("/look-ups", response_model=LookUpOut, responses=refusals(429))
    def find(body: LookUpIn, client: Annotated[str, partner]) -> Response:
        """Find one obligation by its number and second facts; strongly consistent.

        Wrong tries are limited by number and by second fact; 429 says that a limit is reached.
        """
        begun, now = begun_ns(), house.clock()
        question = Question(number=body.number, decided_on=body.decided_on, subject=body.subject)
        facts = facts_of(question)
        quotas.begin(facts, partner=client, now=now)
        answer = ask(house, question)
        if not isinstance(answer, NoMatch):
            quotas.was_right(facts, partner=client, now=now)
        if isinstance(answer, Found):
            return _json(_found(house, answer, client=client))
        is_early = isinstance(answer, NoDecisionYet)
        missed = _json(LookUpOut(result="no_decision_yet" if is_early else "no_match"))
        return Held(missed, begun=begun, every_ms=house.settings.look_up_miss_ms)

    return router


def _json(told: LookUpOut) -> Response:
    return Response(told.model_dump_json(), media_type="application/json")


def _found(house: House, found: Found, *, client: str) -> LookUpOut:
    if found.quote is None:
        return LookUpOut(result=_why_not(found), reason=found.unpriced)
    told, until = quote_out(found.quote, house.pages.speeches), found.being_paid_until
    return LookUpOut(
        result="found",
        obligation=seal_obligation(house, found.obligation_id, bound_to=client),
        priced_on=told.priced_on,
        deadline=told.deadline,
        total_vnd=told.total_vnd,
        total_tomorrow_vnd=None if found.total_tomorrow is None else found.total_tomorrow.vnd,
        being_paid=until is not None,
        being_paid_until=until if until is not None and house.clock() < until else None,
        lines=told.lines,
        notes=told.notes,
        replaces=list(found.replaces),
        deferred_until=found.deferred_until,
        as_of=found.heard_at,
        authority_unavailable_since=found.away_since,
    )


def _why_not(
    found: Found,
) -> Literal["paid", "withdrawn", "superseded", "nothing_due", "unpriced"]:
    if found.unpriced:
        return "unpriced"
    match found.status:
        case ObligationStatus.PAID:
            return "paid"
        case ObligationStatus.WITHDRAWN:
            return "withdrawn"
        case ObligationStatus.SUPERSEDED:
            return "superseded"
        case ObligationStatus.OPEN:
            return "nothing_due"
