"""Find a fine by what stands on the paper: number, date, and plate or last digits, all three."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from api.access.citizen_session import Visitor, visitor_of
from api.access.look_up_guard import Gate, LookUpGuard
from api.citizen.asking import AskForm, answer
from api.citizen.typed_facts import foreign_letter, is_number, second_fact
from api.house import House
from api.language import Speech
from api.page import in_both_languages
from payments.look_up import Question


class FindForm(AskForm):
    """The fields of the page, as typed, however long; `plate` may hold the last digits instead."""

    number: str = ""
    day: str = ""
    month: str = ""
    year: str = ""
    plate: str = ""


def routes(house: House) -> APIRouter:
    """Return the search page."""
    pages = APIRouter()
    guard = LookUpGuard(house)

    @pages.get("/find-fine")
    def ask(request: Request) -> Response:
        visitor = visitor_of(request, house.settings)
        return _page(house, request, visitor, FindForm(), gate=guard.gate(request, visitor))

    @pages.post("/find-fine")
    def find(request: Request, form: Annotated[FindForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        errors, question = _read(form, house.pages.speech(request), today=house.today())
        show = partial(_page, house, request, visitor, form)
        if question is None:
            return show(gate=guard.gate(request, visitor), status=422, errors=errors)
        return answer(house, guard, request, visitor, form=form, question=question, show=show)

    return in_both_languages(pages)


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    form: FindForm,
    *,
    gate: Gate,
    outcome: str = "",
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/find_fine.html",
            status=status,
            form=form,
            errors=errors or {},
            outcome=outcome,
            gate=gate,
            token=visitor.token(),
        )
    )


def _read(
    form: FindForm, speech: Speech, *, today: date
) -> tuple[Mapping[str, str], Question | None]:
    """Return what is wrong by field, or the question when nothing is."""
    errors: dict[str, str] = {}
    if not form.number.strip():
        errors["number"] = speech.say("Nhập số quyết định xử phạt hoặc biên bản")
    elif foreign := foreign_letter(form.number, speech):
        errors["number"] = foreign
    elif not is_number(form.number):
        errors["number"] = speech.say("Số quyết định dài quá; hãy nhập đúng như trên giấy")
    decided_on = _read_day(form, speech, errors, today=today)
    subject = second_fact(form.plate)
    if foreign := foreign_letter(form.plate, speech):
        errors["plate"] = foreign
    elif subject is None:
        errors["plate"] = speech.say("Biển số dài quá; hãy nhập đúng như trên giấy")
    elif not subject:
        errors["plate"] = speech.say("Nhập biển số xe hoặc 4 số cuối của giấy tờ")
    if errors or decided_on is None or subject is None:
        return errors, None
    return {}, Question(number=form.number, decided_on=decided_on, subject=subject)


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
