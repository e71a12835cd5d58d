"""Find what has no day of a decision: an insurance to renew, a fee; by number and last digits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import Field

from api.access.citizen_session import Visitor, visitor_of
from api.access.look_up_guard import Gate, LookUpGuard
from api.citizen.asking import TEXT_MAX, AskForm, answer
from api.citizen.typed_facts import foreign_letter, is_number, last_digits
from api.house import House
from api.language import Speech
from api.page import in_both_languages
from payments.errors import NotFound
from payments.look_up import Question
from payments.obligation import normalised_number

_CARD: Final = re.compile(r"[A-Z]{2}[0-9]{3}(?P<digits>[0-9]{10})")
"""A card of health insurance ends in the ten digits of its holder."""
_CODE: Final = re.compile(r"[0-9A-Z]{4,20}")


@dataclass(frozen=True, slots=True)
class Paper:
    """What a number is printed on, in the words of its form."""

    title: str
    label: str
    hint: str
    missing: str
    is_card: bool


PAPERS: Final[Mapping[str, Paper]] = MappingProxyType(
    {
        "insurance": Paper(
            title="Tìm khoản bảo hiểm cần đóng",
            label="Mã số bảo hiểm xã hội, hoặc mã hộ gia đình",
            hint="Mã số có 10 chữ số, cũng là 10 số cuối trên thẻ bảo hiểm y tế.",
            missing="Nhập mã số bảo hiểm xã hội hoặc mã hộ gia đình",
            is_card=True,
        ),
        "fee": Paper(
            title="Tìm khoản phí, lệ phí cần nộp",
            label="Mã hồ sơ",
            hint="Ghi trên giấy tiếp nhận hồ sơ hoặc thông báo nộp tiền.",
            missing="Nhập mã hồ sơ",
            is_card=False,
        ),
    }
)


class FindForm(AskForm):
    """The fields of the page, as typed, however long."""

    what: str = Field(default="", max_length=TEXT_MAX)
    number: str = ""
    digits: str = ""


def routes(house: House) -> APIRouter:
    """Return the search page."""
    pages = APIRouter()
    guard = LookUpGuard(house)

    @pages.get("/find")
    def ask(request: Request, what: str = "") -> Response:
        paper = _paper(what)
        visitor = visitor_of(request, house.settings)
        form = FindForm(what=what)
        return _page(house, request, visitor, form, paper, gate=guard.gate(request, visitor))

    @pages.post("/find")
    def find(request: Request, form: Annotated[FindForm, Form()]) -> Response:
        paper = _paper(form.what)
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        errors, question = _read(form, paper, house.pages.speech(request))
        show = partial(_page, house, request, visitor, form, paper)
        if question is None:
            return show(gate=guard.gate(request, visitor), status=422, errors=errors)
        return answer(house, guard, request, visitor, form=form, question=question, show=show)

    return in_both_languages(pages)


def _paper(what: str) -> Paper:
    if what not in PAPERS:
        raise NotFound(what)
    return PAPERS[what]


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    form: FindForm,
    paper: Paper,
    *,
    gate: Gate,
    outcome: str = "",
    status: int = 200,
    errors: Mapping[str, str] | None = None,
) -> Response:
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/find.html",
            status=status,
            form=form,
            paper=paper,
            errors=errors or {},
            outcome=outcome,
            gate=gate,
            token=visitor.token(),
            here=f"/find?what={form.what}",
        )
    )


def _read(
    form: FindForm, paper: Paper, speech: Speech
) -> tuple[Mapping[str, str], Question | None]:
    """Return what is wrong by field, or the question when nothing is."""
    errors: dict[str, str] = {}
    if not form.number.strip():
        errors["number"] = speech.say(paper.missing)
    elif foreign := foreign_letter(form.number, speech):
        errors["number"] = foreign
    elif not is_number(form.number):
        errors["number"] = speech.say("Số này dài quá; hãy nhập đúng như trên giấy")
    elif paper.is_card and not _CODE.fullmatch(_card(form.number)):
        errors["number"] = speech.say("Mã số chỉ gồm chữ số và chữ cái, từ 4 đến 20 ký tự")
    digits = last_digits(form.digits)
    if foreign := foreign_letter(form.digits, speech):
        errors["digits"] = foreign
    elif digits is None:
        errors["digits"] = speech.say("Nhập 4 số cuối của căn cước, chỉ gồm chữ số")
    if errors or digits is None:
        return errors, None
    number = _card(form.number) if paper.is_card else form.number
    return {}, Question(number=number, decided_on=None, subject=digits)


def _card(text: str) -> str:
    """Return a code without dashes and dots, of a health card the ten digits it ends in."""
    code = normalised_number(text).replace("-", "").replace(".", "")
    card = _CARD.fullmatch(code)
    return code if card is None else card["digits"]
