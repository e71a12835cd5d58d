"""What a State service costs on a day, found by its name; nothing is kept or owed."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from api.asked import form_day_of
from api.house import House
from api.language import Speech, vietnamese_key
from api.page import in_both_languages
from payments.errors import RateMissing
from payments.obligations.body import DAY_MAX, DAY_MIN
from payments.obligations.fee import KIND
from payments.obligations.fee_tariff import (
    COUNT_MAX,
    PAGES_MAX,
    SERVICES,
    Basis,
    Channel,
    Quantity,
    Service,
    tariff_price,
)
from payments.obligations.rates import Rates
from payments.quote import Quote

CHANNELS: Final[Mapping[Channel, str]] = {
    Channel.ONLINE: "Nộp hồ sơ trực tuyến",
    Channel.COUNTER: "Nộp hồ sơ tại quầy",
}

_CROSSED_D: Final = {0x111: "d"}
"""The one letter of Vietnamese whose mark does not come off by decomposing."""
_COUNT_WRONG: Final = "Nhập một số từ %(least)s đến %(most)s"
_DAY_WRONG: Final = "Nhập một ngày có thật, ví dụ 31/12/2026"
_NO_RATE: Final = "Chúng tôi không có mức thu của dịch vụ này cho ngày đó và không đoán."


class FeesForm(BaseModel):
    """What is searched, as typed, however long; `code` names the service whose price is asked."""

    model_config = ConfigDict(extra="ignore")

    q: str = ""
    day: str = ""
    code: str = ""
    channel: str = Channel.ONLINE.value
    count: str = "1"
    pages: str = "1"
    copies: str = "1"


@dataclass(frozen=True, slots=True)
class Offer:
    """One service as the list shows it; `amounts` by channel's words, '' for any channel.

    There are none on a day the tariff does not know.
    """

    code: str
    name: str
    amounts: tuple[tuple[str, str], ...]


def routes(house: House) -> APIRouter:
    """Return the page of fees and charges."""
    pages = APIRouter()

    @pages.get("/fees")
    def fees(request: Request, form: Annotated[FeesForm, Query()]) -> Response:
        speech = house.pages.speech(request)
        errors: dict[str, str] = {}
        on = _day(form, speech, errors, today=house.today())
        service = SERVICES.get(form.code)
        quote = None
        if service is not None and not errors:
            quote = _quote(service, form, speech, errors, on=on, rates=house.rates)
        return house.pages.show(
            request,
            "citizen/fees.html",
            status=422 if errors else 200,
            form=form,
            errors=errors,
            on=on,
            offers=[
                _offer(one, speech, on=on, rates=house.rates) for one in found_by(form.q, speech)
            ],
            service=service,
            by_page=service is not None and service.basis is Basis.PAGE,
            by_channel=service is not None and service.basis is Basis.TIME_AND_CHANNEL,
            ways=() if service is None else _ways(service, speech, on=on, rates=house.rates),
            channels={str(channel): words for channel, words in CHANNELS.items()},
            quote=quote,
        )

    return in_both_languages(pages)


def found_by(typed: str, speech: Speech) -> list[Service]:
    """Return the services whose name holds every word typed, marks and case aside, in order."""
    words = _plain(typed).split()
    found = [
        service
        for service in SERVICES.values()
        if all(word in _plain(f"{service.name} {speech.say(service.name)}") for word in words)
    ]
    return sorted(found, key=lambda service: vietnamese_key(speech.say(service.name)))


def _plain(text: str) -> str:
    """Return small letters without marks: `Lệ phí đổi` as `le phi doi`."""
    decomposed = unicodedata.normalize("NFD", text.lower().translate(_CROSSED_D))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _offer(service: Service, speech: Speech, *, on: date, rates: Rates) -> Offer:
    amounts: list[tuple[str, str]] = []
    for channel, words in CHANNELS.items():
        try:
            price = tariff_price(service, Quantity(channel=channel), on=on, rates=rates)
        except RateMissing:
            continue
        amounts.append((speech.say(words), speech.dong(price.amount)))
    if len({amount for _, amount in amounts}) == 1:
        amounts = [("", amounts[0][1])]
    return Offer(service.code, speech.say(service.name), tuple(amounts))


def _ways(
    service: Service, speech: Speech, *, on: date, rates: Rates
) -> tuple[tuple[str, str], ...]:
    """Return the price of one time by the way a dossier is handed in, none where it is the same."""
    amounts = _offer(service, speech, on=on, rates=rates).amounts
    return amounts if service.basis is Basis.TIME_AND_CHANNEL and len(amounts) > 1 else ()


def _quote(
    service: Service,
    form: FeesForm,
    speech: Speech,
    errors: dict[str, str],
    *,
    on: date,
    rates: Rates,
) -> Quote | None:
    """Return the price with its steps, None when a field is wrong or the day has no tariff."""
    line: dict[str, object] = {"code": service.code}
    if service.basis is Basis.PAGE:
        line["pages"] = _count(form.pages, "pages", speech, errors, most=PAGES_MAX)
        line["copies"] = _count(form.copies, "copies", speech, errors, most=COUNT_MAX)
    else:
        line["count"] = _count(form.count, "count", speech, errors, most=COUNT_MAX)
    if service.basis is Basis.TIME_AND_CHANNEL:
        if form.channel not in set(Channel):
            errors["channel"] = speech.say("Chọn cách nộp hồ sơ")
        line["channel"] = form.channel
    if errors:
        return None
    facts = KIND.read_facts({"title": service.name, "authority": service.name, "lines": [line]})
    try:
        priced = KIND.price(facts, beneficiary="", on=on, rates=rates, paid=())
    except RateMissing:
        errors["day"] = speech.say(_NO_RATE)
        return None
    return Quote(
        obligation_id=0,  # None is kept.
        kind=KIND.code,
        number="",
        priced_on=on,
        deadline=None,
        lines=priced.lines,
        notes=priced.notes,
    )


def _day(form: FeesForm, speech: Speech, errors: dict[str, str], *, today: date) -> date:
    """Return the day asked about, today where none is typed or it is no day."""
    if not form.day.strip():
        return today
    day = form_day_of(form.day.strip())
    if day is None or not DAY_MIN <= day <= DAY_MAX:
        errors["day"] = speech.say(_DAY_WRONG)
        return today
    return day


def _count(typed: str, field: str, speech: Speech, errors: dict[str, str], *, most: int) -> int:
    text = typed.strip().replace(".", "")
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        errors[field] = speech.say(_COUNT_WRONG, least=1, most=most)
        return 1
    return int(text)
