"""What both insurances cost, computed from what somebody types; nothing is kept or owed."""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.citizen.insurance_form import (
    Asked,
    InsuranceForm,
    health_asked,
    limits,
    periods,
    social_asked,
)
from api.house import House
from api.language import Speech
from api.page import in_both_languages
from payments.errors import PriceRefused, RateMissing
from payments.obligations.health_insurance import KIND as HEALTH
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.obligations.social_insurance import KIND as SOCIAL
from payments.quote import Quote
from payments.quoting import quote_of_facts

GROUPS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "khac": "Không thuộc nhóm nào dưới đây",
        "ho_ngheo": "Hộ nghèo",
        "ho_can_ngheo": "Hộ cận nghèo",
        "dan_toc_thieu_so": "Người dân tộc thiểu số",
        "xa_dao_dac_khu": "Cư trú ở xã đảo, đặc khu",
        "none": "Không được Nhà nước hỗ trợ",
    }
)
METHODS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "M1": "Hằng tháng",
        "M3": "3 tháng một lần",
        "M6": "6 tháng một lần",
        "M12": "12 tháng một lần",
        "AHEAD": "Một lần cho nhiều năm về sau",
        "BACK": "Một lần cho thời gian còn thiếu",
    }
)
_TOO_LATE: Final = (
    "Đã quá thời điểm đóng chậm nhất của phương thức này cho tháng đó; "
    "hãy đăng ký lại với cơ quan BHXH hoặc chọn tháng sau"
)
_MONTHS: Final = "Phương thức đã chọn không cho đóng số tháng này"
_GROUP: Final = "Nhóm này chưa được hỗ trợ theo luật hiện hành"
_REFUSED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "METHOD_TOO_LATE": ("first_month", _TOO_LATE),
        "MONTHS_NOT_ALLOWED": ("months", _MONTHS),
        "GROUP_NOT_IN_FORCE": ("group", _GROUP),
    }
)
"""By the rule that refused: the field to mend, and what to do."""

_NO_RATE: Final = (
    "Chưa công bố lãi suất hoặc mức đóng cho năm này nên chưa thể tính. Hãy hỏi cơ quan BHXH."
)


def routes(house: House) -> APIRouter:
    """Return the calculators."""
    pages = APIRouter()

    @pages.get("/insurance")
    def insurance(request: Request, form: Annotated[InsuranceForm, Query()]) -> Response:
        on, speech = house.today(), house.pages.speech(request)
        quote, wrong = _answer(form, speech, on=on, rates=house.rates)
        return house.pages.show(
            request,
            "citizen/insurance.html",
            status=422 if wrong else 200,
            here=f"/insurance?{request.url.query}" if request.url.query else "/insurance",
            form=form,
            errors=wrong,
            quote=quote,
            kind_name=KINDS[quote.kind].name if quote else "",
            today=on,
            limits=limits(on=on, rates=house.rates),
            groups=GROUPS,
            methods=METHODS,
            periods=periods(speech, on=on, rates=house.rates),
            first_month=form.first_month or f"{on:%m/%Y}",
            rules_since=rules_since(on=on, rates=house.rates),
        )

    return in_both_languages(pages)


def rules_since(*, on: date, rates: Rates) -> date | None:
    """Return since when every number of both prices is what it is today."""
    names = {*SOCIAL.rates_used, *HEALTH.rates_used}
    days = [day for name in names for day in rates.changes(name) if day <= on]
    return max(days, default=None)


def _answer(
    form: InsuranceForm, speech: Speech, *, on: date, rates: Rates
) -> tuple[Quote | None, Mapping[str, str]]:
    """Return the quote asked for, or what is wrong by field; neither when nothing was asked."""
    if form.what not in ("social", "health"):
        return None, {}
    kind = SOCIAL if form.what == "social" else HEALTH
    try:
        asked = _asked(form, speech, on=on, rates=rates)
        if asked.wrong:
            return None, asked.wrong
        return quote_of_facts(kind, kind.read_facts(asked.facts), on=on, rates=rates), {}
    except PriceRefused as refused:
        field, words = _REFUSED[refused.code]
        return None, {field: speech.say(words)}
    except RateMissing:
        return None, {"method" if kind is SOCIAL else "period": speech.say(_NO_RATE)}


def _asked(form: InsuranceForm, speech: Speech, *, on: date, rates: Rates) -> Asked:
    if form.what == "social":
        return social_asked(form, speech, on=on, rates=rates)
    return health_asked(form, speech, on=on, rates=rates)
