"""What a contribution to voluntary social insurance is made of, step by step."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ledger.money import Money
from payments.obligations.contribution import Contribution, ContributionFacts, Method, Support
from payments.obligations.rates import Rate, half_up, least_sure
from payments.quote import QuoteStep, Unit

GROSS = "Mức đóng của các tháng"
DISCOUNT = "Giảm do đóng trước nhiều năm"
INTEREST = "Lãi gộp của thời gian còn thiếu"
STATE = "Ngân sách nhà nước hỗ trợ, tính trên mức đóng theo chuẩn hộ nghèo nông thôn"
MONTHLY = "Mức đóng một tháng"
FIRST_AHEAD = "Tháng đầu, không chiết khấu"
LAST_AHEAD = "Tháng cuối, chiết khấu"
SUM_AHEAD = (
    "Cộng các tháng: tháng thứ i bằng mức đóng một tháng chia cho (1 + lãi suất) lũy thừa (i - 1), "
    "i từ 1 đến số tháng"
)
FIRST_BACK = "Tháng tính lãi ít nhất"
LAST_BACK = "Tháng tính lãi nhiều nhất"
SUM_BACK = (
    "Cộng các tháng: tháng thứ i bằng mức đóng một tháng nhân với (1 + lãi suất) lũy thừa i, "
    "i từ 1 đến số tháng"
)
LEAST = "Mức đóng một tháng theo chuẩn hộ nghèo nông thôn"
SUPPORT_SUM = "Phần Nhà nước hỗ trợ, cộng từng tháng với cùng chiết khấu hoặc lãi như mức đóng"
WEIGHED = "Chiết khấu hoặc lãi tính cả trên phần Nhà nước hỗ trợ"
LOCAL = "Địa phương hỗ trợ thêm"
PAID = "Đã nộp"

STEP_TEXTS: Final = (
    *(GROSS, MONTHLY, DISCOUNT, INTEREST, LEAST, STATE, SUPPORT_SUM, WEIGHED, LOCAL, PAID),
    *(FIRST_AHEAD, LAST_AHEAD, SUM_AHEAD, FIRST_BACK, LAST_BACK, SUM_BACK),
)


def contribution_steps(
    facts: ContributionFacts, due: Contribution, *, on: date, paid: Money
) -> Iterator[QuoteStep]:
    """Yield what the line's amount is made of; its parts come to exactly the amount."""
    is_known = is_period_known(facts, on=on)
    yield QuoteStep(
        GROSS,
        due.plain,
        facts.income,
        facts.months,
        Unit.MONTH,
        due.rate.text,
        due.rate.source,
        due.rate.status,
        facts.first_month if is_known else None,
        facts.last_day if is_known else None,
    )
    if due.fund_rate is not None:
        yield from _fund_steps(facts, due, due.fund_rate)
    if due.support is not None:
        yield from _state_steps(due.support, due.state, rate=due.rate, unit=due.rounding)
    if due.local.is_positive:
        months = due.local.vnd // facts.local_support.vnd
        yield QuoteStep(LOCAL, -due.local, facts.local_support, months, Unit.MONTH)
    if paid.is_positive:
        yield QuoteStep(PAID, -paid, paid)


def is_period_known(facts: ContributionFacts, *, on: date) -> bool:
    """Say whether the months are those the facts name: missing time lies before the payment."""
    return facts.method is not Method.BACK or facts.last_day < on


def _fund_steps(
    facts: ContributionFacts, due: Contribution, fund_rate: Rate
) -> Iterator[QuoteStep]:
    """Yield what a month comes to, first and last, all of them, and what that adds or takes."""
    is_ahead = facts.method is Method.AHEAD
    monthly = facts.income.vnd * due.rate.value
    yield QuoteStep(
        MONTHLY,
        half_up(monthly, unit=due.rounding),
        facts.income,
        rate=due.rate.text,
        law=due.rate.source,
        status=due.rate.status,
        is_part=False,
    )
    powers = (0, 1 - facts.months) if is_ahead else (1, facts.months)
    labels = (FIRST_AHEAD, LAST_AHEAD) if is_ahead else (FIRST_BACK, LAST_BACK)
    for label, power in zip(labels, powers, strict=True):
        yield QuoteStep(
            label,
            half_up(monthly * (1 + fund_rate.value) ** power, unit=due.rounding),
            half_up(monthly, unit=due.rounding),
            rate=fund_rate.text if power else "",
            law=fund_rate.source,
            status=fund_rate.status,
            power=power,
            is_part=False,
        )
    label = SUM_AHEAD if is_ahead else SUM_BACK
    yield QuoteStep(label, due.gross, due.gross, is_part=False)
    yield QuoteStep(
        DISCOUNT if is_ahead else INTEREST,
        due.gross - due.plain,
        due.plain,
        law=fund_rate.source,
        status=fund_rate.status,
    )


def _state_steps(support: Support, borne: Money, *, rate: Rate, unit: Rate) -> Iterator[QuoteStep]:
    """Yield the State's share at face value, then what discount or interest makes of it."""
    at_face = half_up(support.at_face, unit=unit) if support.is_weighed else borne
    status = least_sure(support.statuses)
    yield QuoteStep(
        LEAST,
        half_up(support.base, unit=unit),
        Money(support.line.whole),
        rate=rate.text,
        law=support.line.source,
        status=least_sure([support.line.status, rate.status]),
        is_part=False,
    )
    yield QuoteStep(
        STATE,
        -at_face,
        half_up(support.base, unit=unit),
        support.months,
        Unit.MONTH,
        support.rate.text,
        support.rate.source,
        status,
    )
    if at_face != borne:
        source = support.rate.source
        yield QuoteStep(SUPPORT_SUM, -borne, borne, law=source, status=status, is_part=False)
        yield QuoteStep(WEIGHED, at_face - borne, at_face, law=source, status=status)
