"""Voluntary social insurance: a share of the chosen income, less what the State adds."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Final

from ledger.money import ZERO, Money, total
from payments.errors import InputRefused
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact, Sort
from payments.obligations.contribution import (
    GROUPS,
    NO_SUPPORT,
    POVERTY_LINE,
    RATES_USED,
    Contribution,
    ContributionFacts,
    Method,
    SupportMode,
    contribution,
    income_floor,
    latest_day,
)
from payments.obligations.contribution_steps import (
    STEP_TEXTS,
    contribution_steps,
    is_period_known,
)
from payments.obligations.months import months_after, read_month
from payments.obligations.rates import Rates, least_sure
from payments.quote import Note, QuoteLine

MONTHS_MAX: Final = 600
"""No one pays more months than a working life has."""

NAME = "Bảo hiểm xã hội tự nguyện"
LABEL = "Đóng bảo hiểm xã hội tự nguyện"
RULE = (
    "Tỷ lệ đóng nhân mức thu nhập tự chọn nhân số tháng, trừ phần Nhà nước và địa phương hỗ trợ; "
    "đóng trước nhiều năm thì mỗi tháng sau tháng đầu được chiết khấu, đóng cho thời gian "
    "còn thiếu thì tính lãi gộp, theo lãi suất bình quân tháng của quỹ"
)
LAW = "Luật Bảo hiểm xã hội 41/2024/QH15, Điều 31 và 36; Nghị định 159/2025/NĐ-CP"
LAW_BEFORE = "Luật Bảo hiểm xã hội 58/2014/QH13, Điều 87; Nghị định 134/2015/NĐ-CP"
ROUNDING = "Tính chính xác rồi làm tròn một lần đến đồng, từ nửa đồng trở lên tính là một đồng"

PERIOD_BACK = "Đóng cho %(months)s tháng còn thiếu của thời gian trước đây."
PERIOD = "Đóng cho %(months)s tháng, từ %(first)s đến hết %(last)s."
FUND_RATE = (
    "Lãi suất bình quân tháng dùng để tính là %(rate)s, của năm %(year)s; "
    "nộp sang năm khác thì số tiền khác."
)
SUPPORTED = (
    "Nhà nước đã hỗ trợ %(before)s tháng; sau lần đóng này là %(after)s tháng, "
    "tối đa %(most)s tháng."
)
RUNS_OUT = "Nhà nước chỉ còn hỗ trợ %(months)s tháng trong lần đóng này; các tháng còn lại đóng đủ."
FLOOR_CHANGES = "Từ %(day)s, mức thu nhập thấp nhất được chọn là %(floor)s."
OFF_STEP = (
    "Mức thu nhập này không phải chuẩn hộ nghèo cộng bội số của %(step)s; "
    "cơ quan BHXH có thể yêu cầu chọn mức khác."
)
MODE_UNSURE = (
    "Cách trừ phần Nhà nước hỗ trợ trong khoản đóng một lần này chưa có văn bản xác nhận; "
    "cơ quan BHXH có thể tính khác."
)

_NUMBER: Final = re.compile(r"(?P<card>[0-9]{10})/[0-9]{4}-(?:0[1-9]|1[0-2])")
_FIELDS: Final = (
    "income_vnd",
    "group",
    "method",
    "months",
    "months_supported",
    "from_month",
    "support_mode",
    "local_support_vnd",
    "authority",
    "budget",
)
_LOOKS_AHEAD_MONTHS: Final = 12
"""How far a change of the law is told before it comes."""


def read_contribution(values: Mapping[str, object]) -> ContributionFacts:
    """Return a payment's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown or of the wrong type.
    """
    body = Body(values)
    body.only(*_FIELDS)
    return ContributionFacts(
        income=body.amount("income_vnd"),
        group=_one_of(body, "group", (NO_SUPPORT, *GROUPS)),
        method=Method(_one_of(body, "method", tuple(Method))),
        months=body.whole("months", least=1, most=MONTHS_MAX),
        months_supported=body.whole("months_supported", least=0, most=MONTHS_MAX),
        first_month=read_month(body, "from_month"),
        support_mode=(
            SupportMode(_one_of(body, "support_mode", tuple(SupportMode)))
            if body.has("support_mode")
            else None
        ),
        local_support=body.amount("local_support_vnd") if body.has("local_support_vnd") else ZERO,
        authority=body.text("authority") if body.has("authority") else "",
        budget=body.budget(),
    )


def typed_number(number: str) -> str:
    """Return the ten digits people type of `<ten digits>/<first month>`.

    Raises:
        InputRefused: the number has another shape.
    """
    shape = _NUMBER.fullmatch(number)
    if shape is None:
        raise InputRefused(field="number", reason="is ten digits, a slash and YYYY-MM")
    return shape["card"]


def _one_of(body: Body, field: str, known: Sequence[str]) -> str:
    text = body.text(field)
    if text not in known:
        raise body.refused(field, reason=f"is one of {', '.join(known)}")
    return text


def _read_facts(values: Mapping[str, object]) -> Facts:
    facts = read_contribution(values)
    kept: dict[str, object] = {
        "income_vnd": facts.income.vnd,
        "group": facts.group,
        "method": str(facts.method),
        "months": facts.months,
        "months_supported": facts.months_supported,
        "from_month": f"{facts.first_month:%Y-%m}",
        "budget": dict(facts.budget),
    }
    if facts.support_mode is not None:
        kept["support_mode"] = str(facts.support_mode)
    if facts.local_support.is_positive:
        kept["local_support_vnd"] = facts.local_support.vnd
    if facts.authority:
        kept["authority"] = facts.authority
    return kept


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    asked = read_contribution(facts)
    due = contribution(asked, on=on, rates=rates)
    already = total(part.amount for part in paid)
    steps = tuple(contribution_steps(asked, due, on=on, paid=already))
    notes = tuple(
        chain(
            _period_notes(asked, due, on=on),
            _support_notes(asked, due, on=on, rates=rates),
            _income_notes(asked, on=on, rates=rates),
        )
    )
    deadline = latest_day(asked, on=on, rates=rates)
    if already >= due.payable:
        return Priced(deadline, (), notes)
    line = QuoteLine(
        part="contribution",
        label=LABEL,
        rule=RULE,
        amount=due.payable - already,
        base=asked.income,
        days=0,
        rate="; ".join(rate.text for rate in (due.rate, due.fund_rate) if rate is not None),
        law=_law(on=on, rates=rates),
        status=least_sure([step.status for step in steps] + _rounding_status(due)),
        beneficiary=beneficiary,
        budget=asked.budget,
        steps=steps,
        rounding=ROUNDING if due.is_rounded else "",
    )
    return Priced(deadline, (line,), notes)


def _period_notes(facts: ContributionFacts, due: Contribution, *, on: date) -> Iterator[Note]:
    if is_period_known(facts, on=on):
        period = {"months": facts.months, "first": facts.first_month, "last": facts.last_day}
        yield Note("PERIOD_COVERED", PERIOD, period)
    else:
        yield Note("PERIOD_COVERED", PERIOD_BACK, {"months": facts.months})
    if due.fund_rate is not None:
        told = {"rate": Decimal(due.fund_rate.text), "year": f"{on:%Y}"}
        yield Note("FUND_RATE_YEAR", FUND_RATE, told)


def _support_notes(
    facts: ContributionFacts, due: Contribution, *, on: date, rates: Rates
) -> Iterator[Note]:
    if facts.group == NO_SUPPORT:
        return
    most = rates.in_force("social_insurance.support_months_max", on=on).whole
    months = 0 if due.support is None else due.support.months
    before = facts.months_supported
    values = {"before": before, "after": before + months, "most": most}
    yield Note("SUPPORT_MONTHS", SUPPORTED, values)
    if months < facts.months:
        yield Note("SUPPORT_RUNS_OUT", RUNS_OUT, {"months": months}, is_warning=True)
    is_unsure = due.support is not None and "UNCONFIRMED" in due.support.statuses
    if is_unsure and due.fund_rate is not None:
        yield Note("SUPPORT_MODE_UNCONFIRMED", MODE_UNSURE, is_warning=True)


def _income_notes(facts: ContributionFacts, *, on: date, rates: Rates) -> Iterator[Note]:
    step = rates.known("social_insurance.income_step_dong", on=on)
    above = facts.income - income_floor(on=on, rates=rates)
    if step is not None and above.vnd % step.whole:
        yield Note("INCOME_OFF_STEP", OFF_STEP, {"step": Money(step.whole)}, is_warning=True)
    told_until = months_after(on, _LOOKS_AHEAD_MONTHS)
    for day in sorted(rates.changes(POVERTY_LINE)):
        line = rates.known(POVERTY_LINE, on=day)
        if on < day <= told_until and line is not None:
            floor = Money(line.whole)
            told = {"day": day, "floor": floor}
            yield Note("FLOOR_CHANGES", FLOOR_CHANGES, told, is_warning=facts.income < floor)


def _rounding_status(due: Contribution) -> list[str]:
    return [due.rounding.status] if due.is_rounded else []


def _law(*, on: date, rates: Rates) -> str:
    """Return the law in force: the one of 2024 brought the reference level."""
    is_new = rates.known("reference.reference_level", on=on) is not None
    return LAW if is_new else LAW_BEFORE


def _purpose(facts: Facts, number: str) -> str:
    del facts
    return f"Đóng BHXH tự nguyện, mã số {number}"


def _title(facts: Facts) -> str:
    asked = read_contribution(facts)
    if asked.method is Method.BACK:
        return f"{NAME}: {asked.months} tháng còn thiếu"
    return f"{NAME}: {asked.months} tháng, từ {asked.first_month:%m/%Y} đến {asked.last_day:%m/%Y}"


def _authority(facts: Facts) -> str:
    return read_contribution(facts).authority


KIND = ObligationKind(
    code="social_insurance",
    name=NAME,
    sort=Sort.INSURANCE,
    second_facts=frozenset({SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(
        *(
            LABEL,
            RULE,
            *STEP_TEXTS,
            ROUNDING,
            PERIOD_BACK,
            PERIOD,
            FUND_RATE,
            SUPPORTED,
            RUNS_OUT,
            FLOOR_CHANGES,
            OFF_STEP,
            MODE_UNSURE,
        ),
    ),
    typed=typed_number,
    rates_used=RATES_USED,
)
