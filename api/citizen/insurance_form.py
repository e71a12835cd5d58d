"""The two calculators' fields as typed, and what is wrong with each in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from pydantic import BaseModel, ConfigDict

from api.asked import form_day_of
from api.citizen.verify_proof import amount_typed
from api.language import Speech
from ledger.money import Money
from payments.errors import RateMissing
from payments.obligations.body import AMOUNT_MAX, DAY_MAX, DAY_MIN
from payments.obligations.contribution import (
    GROUPS,
    NO_SUPPORT,
    Method,
    allowed_months,
    income_cap,
    income_floor,
    period_months,
)
from payments.obligations.health_insurance import MEMBERS_MAX, ORDER_MAX, allowed_periods
from payments.obligations.rates import Rates
from payments.obligations.social_insurance import MONTHS_MAX

Facts = dict[str, object]
Wrong = dict[str, str]

_MONTH: Final = re.compile(r"(?P<month>0?[1-9]|1[0-2])\s*[/.-]\s*(?P<year>20[0-9]{2})")
_COUNT: Final = re.compile(r"[0-9]{1,4}")
_COUNT_WRONG: Final = "%(what)s: nhập một số từ %(least)s đến %(most)s"
_COUNTED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "months": "Số tháng, nếu đóng một lần",
        "supported": "Số tháng Nhà nước đã hỗ trợ bạn",
        "members": "Số người đóng lần này",
        "joined": "Số người trong hộ đã đóng trong năm nay",
    }
)


class InsuranceForm(BaseModel):
    """The fields of both forms, as typed, however long; `what` says which of the two was sent."""

    model_config = ConfigDict(extra="ignore")

    what: str = ""
    income: str = ""
    group: str = "khac"
    method: str = "M1"
    months: str = ""
    supported: str = "0"
    first_month: str = ""
    members: str = ""
    joined: str = "0"
    period: str = "12"
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Facts as a kind of obligation reads them, empty when something is wrong, by field."""

    facts: Facts
    wrong: Wrong


def social_asked(form: InsuranceForm, speech: Speech, *, on: date, rates: Rates) -> Asked:
    """Return the facts of a contribution to voluntary social insurance.

    Raises:
        RateMissing: the limits of that day are not known.
    """
    wrong: Wrong = {}
    income = _income(form.income, speech, wrong, on=on, rates=rates)
    if form.group not in (NO_SUPPORT, *GROUPS):
        wrong["group"] = speech.say("Chọn một nhóm hỗ trợ")
    if form.method not in tuple(Method):
        wrong["method"] = speech.say("Chọn một phương thức đóng")
        return Asked({}, wrong)
    months = period_months(Method(form.method), on=on, rates=rates)
    if months is None:
        months = _count(form, "months", speech, wrong, least=1, most=MONTHS_MAX)
    supported = _count(form, "supported", speech, wrong, least=0, most=MONTHS_MAX)
    month = _month(form.first_month.strip(), form.method, on=on)
    if not month:
        wrong["first_month"] = speech.say("Nhập tháng và năm, ví dụ 12/2026")
    if wrong:
        return Asked({}, wrong)
    facts: Facts = {
        "income_vnd": income,
        "group": form.group,
        "method": form.method,
        "months": months,
        "months_supported": supported,
        "from_month": month,
    }
    return Asked(facts, {})


def health_asked(form: InsuranceForm, speech: Speech, *, on: date, rates: Rates) -> Asked:
    """Return the facts of a household: who pays now follows those who joined this year.

    Raises:
        RateMissing: the periods of that day are not known.
    """
    wrong: Wrong = {}
    members = _count(form, "members", speech, wrong, least=1, most=MEMBERS_MAX)
    joined = _count(form, "joined", speech, wrong, least=0, most=ORDER_MAX - MEMBERS_MAX)
    periods = {period.text: period.whole for period in allowed_periods(on=on, rates=rates)}
    if form.period not in periods:
        wrong["period"] = speech.say("Chọn một kỳ đóng")
    ended = form_day_of(form.ended.strip())
    if form.ended.strip() and (ended is None or not DAY_MIN <= ended <= DAY_MAX):
        wrong["ended"] = speech.say("Nhập một ngày có thật, ví dụ 31/12/2026")
    if wrong:
        return Asked({}, wrong)
    card: Facts = {} if ended is None else {"card_ended_on": ended.isoformat()}
    orders = range(joined + 1, joined + members + 1)
    each = {"months": periods[form.period], **card}
    return Asked({"members": [{"order": order, **each} for order in orders]}, {})


def limits(*, on: date, rates: Rates) -> Mapping[str, Money | int]:
    """Return the limits the fields name, none on a day for which one is not known."""
    try:
        ahead, _ = allowed_months(Method.AHEAD, on=on, rates=rates)
        back, _ = allowed_months(Method.BACK, on=on, rates=rates)
        return {
            "floor": income_floor(on=on, rates=rates),
            "cap": income_cap(on=on, rates=rates),
            "ahead_least": ahead[0],
            "ahead_most": ahead[-1],
            "back_most": back[-1],
        }
    except RateMissing:
        return {}


def periods(speech: Speech, *, on: date, rates: Rates) -> Mapping[str, str]:
    """Return the periods a household may pay for, in words; none on a day they are not known."""
    try:
        known = allowed_periods(on=on, rates=rates)
    except RateMissing:
        return {}
    return {
        one.text: speech.ngettext("%(count)s tháng", "%(count)s tháng", one.whole)
        % {"count": one.text}
        for one in known
    }


def _month(text: str, method: str, *, on: date) -> str:
    """Return the first month as YYYY-MM, '' for none; missing time has none that is asked for."""
    if method == Method.BACK:
        return f"{on:%Y-%m}"
    shape = _MONTH.fullmatch(text)
    return "" if shape is None else f"{shape['year']}-{int(shape['month']):02}"


def _income(text: str, speech: Speech, wrong: Wrong, *, on: date, rates: Rates) -> int:
    income = amount_typed(text)
    floor, cap = income_floor(on=on, rates=rates), income_cap(on=on, rates=rates)
    if income is None or not 0 < income <= AMOUNT_MAX.vnd:
        wrong["income"] = speech.say("Nhập mức thu nhập bằng số đồng, ví dụ 2.500.000")
    elif income < floor.vnd:
        wrong["income"] = speech.fill(
            "Mức thu nhập thấp nhất hiện nay là %(floor)s", {"floor": floor}
        )
    elif income > cap.vnd:
        wrong["income"] = speech.fill("Mức thu nhập cao nhất hiện nay là %(cap)s", {"cap": cap})
    return income or 0


def _count(
    form: InsuranceForm, field: str, speech: Speech, wrong: Wrong, *, least: int, most: int
) -> int:
    text = str(getattr(form, field)).strip()
    count = int(text) if _COUNT.fullmatch(text) else -1
    if not least <= count <= most:
        what = speech.say(_COUNTED[field])
        wrong[field] = speech.say(_COUNT_WRONG, what=what, least=least, most=most)
    return count
