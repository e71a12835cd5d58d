"""Cancel a payment this browser began, so that another way can be chosen."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.citizen_session import visitor_of
from api.access.own_payment import own_payment
from api.house import House
from api.page import in_both_languages, local
from api.start_payment import cancel_for
from payments.errors import AlreadyPaid, StepRefused

_log = structlog.get_logger()


class CancelForm(BaseModel):
    """Nothing but the sign that the page was ours."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(max_length=200)


def routes(house: House) -> APIRouter:
    """Return the way to cancel; the page of the payment tells what came of it."""
    pages = APIRouter()

    @pages.post("/wait/cancel")
    def cancel(request: Request, form: Annotated[CancelForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        with house.open_tx() as tx:
            payment = own_payment(tx, visitor)
        if payment is not None:
            try:
                cancel_for(house, payment)
            except (AlreadyPaid, StepRefused) as refused:
                _log.info("payment.not_cancelled", payment=payment.number, state=refused.state)
        return RedirectResponse(local(request, "/wait"), 303)

    return in_both_languages(pages)
