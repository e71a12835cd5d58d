"""Check a proof somebody shows: by its QR code, or by its number and amount."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from api.access.citizen_session import Visitor, visitor_of
from api.access.quotas import Quota, Tries, address_of, source_of
from api.citizen.fine import gateway_names
from api.citizen.proof_paper import Proof, read_proof
from api.house import House
from api.language import Speech
from api.later_words import since_paid
from api.page import in_both_languages
from ledger.money import VND_MAX
from payments.acknowledgement import read_token, verify
from payments.payment_number import is_payment_number, normalised
from payments.postgres import acknowledgement_rows, later_rows, payment_rows

CHECKS_PER_MINUTE_MAX: Final = 60
AMOUNT_MAX: Final = 60
TOKEN_MAX: Final = 1_000
"""Signs of the longest text that may be an amount."""

_AMOUNT: Final = re.compile(r"(?:vnd)?([0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+)(?:đ|₫|d|vnd|đồng)?")


class Answer(enum.StrEnum):
    """What the page says of a proof."""

    VALID = "valid"
    NOT_OURS = "not_ours"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out; `proof` is what we really confirmed, None when it is not ours.

    `since` is what became of it later; what was signed stays true.
    """

    answer: Answer
    proof: Proof | None
    since: tuple[str, ...] = ()


class CheckForm(BaseModel):
    """A token, or a number with its amount, as typed, however long."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    token: str = ""
    number: str = ""
    amount: str = ""


def routes(house: House) -> APIRouter:
    """Return the page that checks proofs."""
    pages = APIRouter()
    tries, checks = Tries(), Quota(CHECKS_PER_MINUTE_MAX, timedelta(minutes=1))

    @pages.get("/verify")
    def ask(request: Request) -> Response:
        return _page(house, request, visitor_of(request, house.settings), CheckForm())

    @pages.post("/verify")
    def check(request: Request, form: Annotated[CheckForm, Form()]) -> Response:
        visitor = visitor_of(request, house.settings)
        visitor.require_own_form(request, form.form_token)
        source = source_of(address_of(request, proxy_hops=house.settings.proxy_hops))
        tries.take([(checks, source)], now=house.clock())
        speech = house.pages.speech(request)
        errors = _errors(form, speech)
        if errors:
            return _page(house, request, visitor, form, errors=errors)
        return _page(house, request, visitor, form, checked=_checked(house, form, speech))

    return in_both_languages(pages)


def amount_typed(text: str) -> int | None:
    """Return the dong in a text such as `3.013.500 đ`, None when it is not an amount."""
    plain = "".join(unicodedata.normalize("NFC", text).lower().split())
    found = _AMOUNT.fullmatch(plain) if len(plain) <= AMOUNT_MAX else None
    if found is None:
        return None
    vnd = int(found.group(1).replace(".", "").replace(",", ""))
    return vnd if vnd <= VND_MAX else None


def _page(
    house: House,
    request: Request,
    visitor: Visitor,
    form: CheckForm,
    *,
    errors: Mapping[str, str] | None = None,
    checked: Checked | None = None,
) -> Response:
    return visitor.remember(
        house.pages.show(
            request,
            "citizen/verify_proof.html",
            status=422 if errors else 200,
            form=form,
            errors=errors or {},
            checked=checked,
            token=visitor.token(),
        )
    )


def _errors(form: CheckForm, speech: Speech) -> Mapping[str, str]:
    if len(form.token.strip()) > TOKEN_MAX:
        return {"token": speech.say("Nội dung mã QR dài hơn mọi mã của chúng tôi; hãy quét lại")}
    if form.token.strip():
        return {}
    errors: dict[str, str] = {}
    if not form.number.strip():
        errors["number"] = speech.say("Nhập số giao dịch, hoặc dán nội dung mã QR")
    elif not is_payment_number(normalised(form.number)):
        errors["number"] = speech.say("Số giao dịch có 12 chữ và số, bắt đầu bằng NP; hãy xem lại")
    if amount_typed(form.amount) is None:
        errors["amount"] = speech.say("Nhập số tiền, ví dụ 3.013.500")
    return errors


def _checked(house: House, form: CheckForm, speech: Speech) -> Checked:
    if form.token.strip():
        claim = read_token("".join(form.token.split()), house.public_keys)
        number, amount_vnd = ("", 0) if claim is None else (claim.number, claim.amount.vnd)
    else:
        number, amount_vnd = normalised(form.number), amount_typed(form.amount)
    with house.open_tx() as tx:
        signed = acknowledgement_rows.by_number(tx, number)
        payment = None if signed is None else payment_rows.by_number(tx, number)
        later = () if payment is None else later_rows.later_of(tx, payment.payment_id)
    if signed is None or not verify(
        signed.payload, signature=signed.signature, public_keys=house.public_keys
    ):
        return Checked(Answer.NOT_OURS, None)
    proof = read_proof(signed, speech, gateway_names(house, speech))
    if proof.amount.vnd != amount_vnd:
        return Checked(Answer.NOT_OURS, None)
    return Checked(Answer.VALID, proof, tuple(since_paid(each, speech) for each in later))
