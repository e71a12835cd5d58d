"""Find a fine by what stands on the paper: number, date and plate, all three."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.carried import carried_cookie, carry
from api.access.citizen_session import Visitor, visitor_of
from api.access.quotas import LookUpQuotas, address_of, source_of
from api.house import House
from api.language import Speech
from api.page import in_both_languages, local
from payments.errors import InputRefused
from payments.look_up import Found, NoDecisionYet, NoMatch, Question, look_up
from payments.obligation import normalised_number, normalised_subject

TEXT_MAX = 200


class FindForm(BaseModel):
    """The fields of the page, as typed."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=TEXT_MAX)
    number: str = Field(default="", max_length=TEXT_MAX)
    day: str = Field(default="", max_length=TEXT_MAX)
    month: str = Field(default="", max_length=TEXT_MAX)
    year: str = Field(default="", max_length=TEXT_MAX)
    plate: str = Field(default="", max_length=TEXT_MAX)


def routes(house: House) -> APIRouter:
    """Return the search page."""
    pages = APIRouter()
    quotas = LookUpQuotas()

    @pages.get("/find-fine")
    def ask(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        return _page(house, request, visitor, FindForm())

    @pages.post("/find-fine")
    def find(request: Request, form: Annotated[FindForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        errors, question = _read(form, house.pages.speech(request), today=house.today())
        if question is None:
            return _page(house, request, visitor, form, status=422, errors=errors)
        answer = _answer(house, request, visitor, question, quotas)
        if not isinstance(answer, Found):
            outcome = "no_decision" if isinstance(answer, NoDecisionYet) else "no_match"
            return _page(house, request, visitor, form, outcome=outcome)
        response = RedirectResponse(local(request, "/fine"), 303)
        sealed = carry(house.settings, question, visitor=visitor.name, now=house.clock())
        carried_cookie(house.settings).keep(response, sealed)
        return response

    return in_both_languages(pages)


def _answer(
    house: House, request: Request, visitor: Visitor, question: Question, quotas: LookUpQuotas
) -> Found | NoDecisionYet | NoMatch:
    address = address_of(request, proxy_hops=house.settings.proxy_hops)
    source = source_of(address)
    number = normalised_number(question.number)
    second_fact = normalised_subject(question.subject)
    quotas.begin(
        source=source,
        visitor=visitor.name,
        number=number,
        second_fact=second_fact,
        now=house.clock(),
    )
    with house.open_tx() as tx:
        answer = look_up(
            tx, question, on=house.today(), keys=house.personal_keys, rates=house.rates
        )
    if isinstance(answer, Found):
        quotas.was_right(source=source, number=number, second_fact=second_fact)
    return answer


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    form: FindForm,
    *,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    outcome: str = "",
) -> Response:
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/find_fine.html",
            status=status,
            form=form,
            errors=errors or {},
            outcome=outcome,
            token=visitor.token(),
        )
    )


def _read(
    form: FindForm, speech: Speech, *, today: date
) -> tuple[Mapping[str, str], Question | None]:
    """Return what is wrong by field, or the question when nothing is."""
    errors: dict[str, str] = {}
    if not form.number.strip():
        errors["number"] = speech.say("Nhập số quyết định xử phạt")
    elif not _is_number(form.number):
        errors["number"] = speech.say("Số quyết định dài quá; hãy nhập đúng như trên giấy")
    decided_on = _read_day(form, speech, errors, today=today)
    if not any(sign.isalnum() for sign in form.plate):
        errors["plate"] = speech.say("Nhập biển số xe")
    elif not _is_plate(form.plate):
        errors["plate"] = speech.say("Biển số dài quá; hãy nhập đúng như trên giấy")
    if errors or decided_on is None:
        return errors, None
    return {}, Question(number=form.number, decided_on=decided_on, subject=form.plate)


def _read_day(
    form: FindForm, speech: Speech, errors: dict[str, str], *, today: date
) -> date | None:
    typed = {"day": form.day.strip(), "month": form.month.strip(), "year": form.year.strip()}
    missing = [field for field, text in typed.items() if not text]
    if len(missing) == len(typed):
        errors["day"] = speech.say("Nhập ngày ra quyết định")
        return None
    if missing:
        errors[missing[0]] = speech.say("Ngày ra quyết định phải có đủ ngày, tháng và năm")
        return None
    decided_on = _day_of(**typed)
    if decided_on is None:
        errors["day"] = speech.say("Ngày ra quyết định phải là một ngày có thật")
    elif decided_on > today:
        errors["day"] = speech.say("Ngày ra quyết định không thể ở sau hôm nay")
    else:
        return decided_on
    return None


def _day_of(*, day: str, month: str, year: str) -> date | None:
    numbers = [text for text in (year, month, day) if text.isascii() and text.isdigit()]
    try:
        return date(*(int(number) for number in numbers)) if len(year) == 4 else None
    except (OverflowError, TypeError, ValueError):
        return None


def _is_number(text: str) -> bool:
    try:
        return bool(normalised_number(text))
    except InputRefused:
        return False


def _is_plate(text: str) -> bool:
    try:
        return bool(normalised_subject(text))
    except InputRefused:
        return False
