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
from api.citizen.proof_paper import NOTHING_SINCE, Proof, Since, read_proof
from api.citizen.proof_record import proof_record
from api.house import House
from api.language import Speech
from api.page import in_both_languages
from ledger.money import VND_MAX, Money
from payments.acknowledgement import TokenFault, judge_token, verify
from payments.payment_number import LENGTH, is_payment_number, normalised
from payments.postgres import acknowledgement_rows
from payments.proven import AcknowledgementTurn, Ended

CHECKS_PER_MINUTE_MAX: Final = 60
AMOUNT_MAX: Final = 60
TOKEN_MAX: Final = 1_000
"""Signs of the longest text that may be an amount."""

_VERSION: Final = re.compile(r"|[2-9]|[1-9][0-9]{1,2}")
_AMOUNT: Final = re.compile(r"(?:vnd)?([0-9]{1,3}(?:[.,][0-9]{3})+|[0-9]+)(?:đ|₫|d|vnd|đồng)?")


class Answer(enum.StrEnum):
    """What the page says of a proof."""

    VALID = "valid"
    REPLACED = "replaced"
    REFUNDED = "refunded"
    ALTERED = "altered"
    UNKNOWN_KEY = "unknown_key"
    NOT_OURS = "not_ours"


_FAULTS: Final[Mapping[TokenFault, Answer]] = {
    TokenFault.NO_TOKEN: Answer.NOT_OURS,
    TokenFault.ALTERED: Answer.ALTERED,
    TokenFault.UNKNOWN_KEY: Answer.UNKNOWN_KEY,
}
_TURNED: Final[Mapping[AcknowledgementTurn, Answer]] = {
    AcknowledgementTurn.REPLACED: Answer.REPLACED,
    AcknowledgementTurn.REVOKED: Answer.REFUNDED,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found out; `proof` is what we really confirmed, None when it is not ours.

    `since` is what became of it later; what was signed stays true. `ended` is how it ended, None
    where it counts.
    """

    answer: Answer
    proof: Proof | None
    since: Since = NOTHING_SINCE
    ended: Ended | None = None


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


def number_typed(text: str) -> str | None:
    """Return the number of a proof as it is typed, such as `NP7K3M9QWX4T-2`, None for no number."""
    plain = normalised(text)
    number, version = plain[:LENGTH], plain[LENGTH:]
    if not is_payment_number(number) or not _VERSION.fullmatch(version):
        return None
    return f"{number}-{version}" if version else number


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
    elif number_typed(form.number) is None:
        errors["number"] = speech.say("Số giao dịch có 12 chữ và số, bắt đầu bằng NP; hãy xem lại")
    if amount_typed(form.amount) is None:
        errors["amount"] = speech.say("Nhập số tiền, ví dụ 3.013.500")
    return errors


def _checked(house: House, form: CheckForm, speech: Speech) -> Checked:
    if form.token.strip():
        judged = judge_token("".join(form.token.split()), house.public_keys)
        if isinstance(judged, TokenFault):
            return Checked(_FAULTS[judged], None)
        number, amount = judged.number, judged.amount
    else:
        number, amount = number_typed(form.number) or "", Money(amount_typed(form.amount) or 0)
    return _found(house, number=number, amount=amount, speech=speech)


def _found(house: House, *, number: str, amount: Money, speech: Speech) -> Checked:
    with house.open_tx() as tx:
        signed = acknowledgement_rows.by_number(tx, number)
        payment_id = acknowledgement_rows.payment_of(tx, number)
        record = None if payment_id is None else proof_record(tx, payment_id)
    is_genuine = signed is not None and verify(
        signed.payload, signature=signed.signature, public_keys=house.public_keys
    )
    if signed is None or record is None or not is_genuine:
        return Checked(Answer.NOT_OURS, None)
    proof = read_proof(signed, speech, gateway_names(house, speech))
    if proof.amount != amount:
        return Checked(Answer.NOT_OURS, None)
    ended = next((each for each in record.proven.ended if each.number == number), None)
    answer = Answer.VALID if ended is None else _TURNED[ended.turn]
    return Checked(answer, proof, record.since(speech), ended)
