"""Tell me when there is one: an address left where a search found no decision, and taken back."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from itsdangerous import BadSignature, URLSafeSerializer
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.citizen_session import Visitor, visitor_of
from api.access.quotas import TooManyTries
from api.access.unanswered import unanswered
from api.house import House
from api.page import in_both_languages, language_of, local
from payments.end_watch import end_watch
from payments.errors import InputRefused, NotFound
from payments.look_up import Question
from payments.watch import Wish, checked_address
from payments.watch_decision import watch_decision

TEXT_MAX = 300


class TellMeForm(BaseModel):
    """Where to write, as typed, however long."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=TEXT_MAX)
    address: str = ""


class EndForm(BaseModel):
    """Nothing but the sign that the page was ours."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=TEXT_MAX)


def routes(house: House) -> APIRouter:
    """Return the page that takes an address, and the one that forgets it."""
    pages = APIRouter()
    if house.settings.mail is None:
        return pages

    @pages.get("/tell-me")
    def ask(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        if unanswered(request, visitor, now=house.clock()) is None:
            return RedirectResponse(local(request, "/find-fine"), 303)
        return _page(house, request, visitor, TellMeForm())

    @pages.post("/tell-me")
    def keep(request: Request, form: Annotated[TellMeForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        question = unanswered(request, visitor, now=house.clock())
        if question is None:
            return RedirectResponse(local(request, "/find-fine"), 303)
        try:
            checked_address(form.address)
        except InputRefused:
            say = house.pages.speech(request).say
            errors = {"address": say("Nhập một địa chỉ thư điện tử, như ten@example.vn")}
            return _page(house, request, visitor, form, status=422, errors=errors)
        place = _keep(house, request, visitor, question, form.address)
        end = _serializer(house).dumps(place)
        return _page(house, request, visitor, form, outcome="kept", end=str(end))

    @pages.get("/tell-me/end/{token}")
    def before_end(request: Request, token: str) -> Response:
        _place(house, token)
        visitor = visitor_of(request, house.settings)
        return _page(house, request, visitor, TellMeForm(), outcome="end", end=token)

    @pages.post("/tell-me/end/{token}")
    def end(request: Request, token: str, form: Annotated[EndForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        with house.open_tx() as tx:
            end_watch(tx, _place(house, token))
        return _page(house, request, visitor, TellMeForm(), outcome="ended", end=token)

    return in_both_languages(pages)


def _keep(
    house: House, request: Request, visitor: Visitor, question: Question, address: str
) -> str:
    wish = Wish(
        number=question.number,
        decided_on=question.decided_on,
        subject=question.subject,
        address=address,
        language=language_of(request).value,
        device=visitor.name,
    )
    with house.open_tx() as tx:
        place = watch_decision(tx, wish, keys=house.personal_keys, now=house.clock())
    if place is None:
        raise TooManyTries
    return place


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    form: TellMeForm,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    outcome: str = "",
    end: str = "",
) -> Response:
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/tell_me.html",
            status=status,
            form=form,
            errors=errors or {},
            outcome=outcome,
            end=end,
            token=visitor.token(),
        )
    )


def _place(house: House, token: str) -> str:
    """Return the watch that a token ends.

    Raises:
        NotFound: it was not made here.
    """
    try:
        return str(_serializer(house).loads(token))
    except BadSignature as error:
        raise NotFound from error


def _serializer(house: House) -> URLSafeSerializer:
    return URLSafeSerializer(house.settings.secret_key.get_secret_value(), salt="clearing.watch")
