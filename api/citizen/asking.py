"""What both search forms do with a question: look it up guarded, and show what became of it."""

from typing import Final, Protocol

from fastapi import Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import keep_found
from api.access.citizen_session import Visitor
from api.access.held import Held, begun_ns
from api.access.look_up_guard import Gate, LookUpGuard
from api.access.look_up_quotas import Standing, TooFast, WorkWanted
from api.access.quotas import MINUTE, TooManyTries
from api.access.unanswered import keep_unanswered
from api.house import House
from api.page import local
from payments.found import Found
from payments.look_up import NoDecisionYet, Question

TEXT_MAX: Final = 200
SEALED_MAX: Final = 1_000
RETRY_AFTER_S: Final = 3_600


class AskForm(BaseModel):
    """What every search form brings besides its facts."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=TEXT_MAX)
    work: str = Field(default="", max_length=SEALED_MAX)
    work_number: str = Field(default="", max_length=TEXT_MAX)


class Show(Protocol):
    """Shows the form again with what became of the question."""

    def __call__(self, *, gate: Gate, outcome: str = "", status: int = 200) -> Response:
        """Return the page."""
        ...


def answer(
    house: House,
    guard: LookUpGuard,
    request: Request,
    visitor: Visitor,
    *,
    form: AskForm,
    question: Question,
    show: Show,
) -> Response:
    """Lead to what was found, or show the form with the reason; a miss takes a fixed time."""
    begun = begun_ns()
    try:
        found, gate = guard.look_up(
            request, visitor, question, sealed=form.work, number=form.work_number
        )
    except WorkWanted:
        return show(gate=guard.gate(request, visitor), outcome="work_wanted", status=422)
    except TooFast:
        refused = show(gate=guard.gate(request, visitor), outcome="too_fast", status=429)
        refused.headers["Retry-After"] = str(int(MINUTE.total_seconds()))
        return refused
    except TooManyTries:
        refused = show(gate=Gate(Standing.USED_UP), outcome="used_up", status=429)
        refused.headers["Retry-After"] = str(RETRY_AFTER_S)
        return refused
    if isinstance(found, Found):
        there = RedirectResponse(local(request, "/fine"), 303)
        return keep_found(request, there, visitor, found.obligation_id, now=house.clock())
    outcome = "no_decision" if isinstance(found, NoDecisionYet) else "no_match"
    page = show(gate=gate, outcome=outcome)
    keep_unanswered(page, question, visitor, now=house.clock())
    return Held(page, begun=begun, every_ms=house.settings.look_up_miss_ms)
