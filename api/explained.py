"""Why an amount is what it is, in words: one reading for page, proof and paper."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.language import Language, Speech
from ledger.money import ZERO, Money
from payments.explanation import Explanation, explanation_of, read_explanation
from payments.quote import QuoteLine, QuoteStep, Unit


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step of a computation: `formula` is '' where nothing is multiplied.

    `law` is '' where it is the line's own; `doubt`, and its short `mark`, where its number is
    certain.
    """

    label: str
    formula: str
    amount: str
    law: str
    mark: str
    doubt: str
    is_vietnamese: bool


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One amount with its reason; `is_vietnamese` says that `label` has no translation."""

    label: str
    amount: str
    formula: str
    steps: tuple[ShownStep, ...]
    rounding: str
    rule: str
    law: str
    mark: str
    doubt: str
    more: str
    is_vietnamese: bool


def explained(lines: Iterable[QuoteLine], speech: Speech) -> list[ShownLine]:
    """Return a quote's lines in words, read exactly as a proof of them would be."""
    return [
        explained_line(read_explanation(explanation_of(line)), amount=line.amount, speech=speech)
        for line in lines
    ]


def explained_line(reason: Explanation, *, amount: Money, speech: Speech) -> ShownLine:
    """Return one amount with its reason in words."""
    grounds = {step.law for step in reason.steps if step.law}
    return ShownLine(
        label=_spoken(reason.label, speech),
        amount=speech.dong(amount),
        # What was paid before there were steps has its days on the line itself.
        formula="" if reason.steps or not reason.days else _formula_of_days(reason, speech),
        steps=tuple(_step(step, speech, has_own_law=len(grounds) > 1) for step in reason.steps),
        rounding=_spoken(reason.rounding, speech),
        rule=_spoken(reason.rule, speech),
        law=reason.law,
        mark=_mark(reason.status, speech),
        doubt=doubt(reason.status, speech),
        # A surcharge counts days and is paid in full, whatever it stands beside.
        more=speech.say("Nộp xong phần này vẫn còn phần phải nộp sau.")
        if reason.leaves_open and not reason.days
        else "",
        is_vietnamese=_is_vietnamese(reason.label, speech),
    )


def doubt(status: str, speech: Speech) -> str:
    """Return what is not certain about a number, '' where its source was seen."""
    if status == "CONFIRMED":
        return ""
    if status == "CONFIRMED-2ND":
        return speech.say("Con số này mới thấy ở nguồn dẫn lại, chưa thấy ở văn bản gốc.")
    return speech.say("Một con số trong cách tính này chưa được cơ quan xác nhận bằng văn bản.")


def _step(step: QuoteStep, speech: Speech, *, has_own_law: bool) -> ShownStep:
    label = _spoken(step.label, speech)
    if step.first is not None and step.last is not None:
        days = f"{speech.day(step.first)} – {speech.day(step.last)}"
        label = f"{label}, {speech.day(step.first) if step.first == step.last else days}"
    return ShownStep(
        label=label,
        formula=_product(step, speech),
        amount=speech.dong(step.amount),
        law=step.law if has_own_law else "",
        mark=_mark(step.status, speech),
        doubt=doubt(step.status, speech),
        is_vietnamese=_is_vietnamese(step.label, speech),
    )


def _product(step: QuoteStep, speech: Speech) -> str:
    """Return what a step's amount comes of, taken off where the amount is."""
    if step.power:
        sign = "×" if step.power > 0 else "÷"
        growth = f"(1 + {speech.percent(step.rate)})"
        return f"{speech.dong(step.base)} {sign} {growth}^{abs(step.power)}"
    product = _formula(step.count, step.unit, step.rate, step.base, speech)
    return f"-({product})" if product and step.amount < ZERO else product


def _formula_of_days(reason: Explanation, speech: Speech) -> str:
    return _formula(reason.days, Unit.DAY, reason.rate, reason.base, speech)


def _formula(count: int, unit: Unit, rate: str, base: Money, speech: Speech) -> str:
    factors: list[str] = []
    if count:
        factors.append(_counted(count, unit, speech))
    if rate:
        factors.append(speech.percent(rate))
    return " × ".join([*factors, speech.dong(base)]) if factors else ""


def _counted(count: int, unit: Unit, speech: Speech) -> str:
    match unit:
        case Unit.NONE:
            return speech.number(count)
        case Unit.DAY:
            words = speech.ngettext("%(count)s ngày", "%(count)s ngày", count)
        case Unit.MONTH:
            words = speech.ngettext("%(count)s tháng", "%(count)s tháng", count)
        case Unit.PAGE:
            words = speech.ngettext("%(count)s trang giấy", "%(count)s trang giấy", count)
        case Unit.COPY:
            words = speech.ngettext("%(count)s bản", "%(count)s bản", count)
        case Unit.TIME:
            words = speech.ngettext("%(count)s lần", "%(count)s lần", count)
    return words % {"count": speech.number(count)}


def _mark(status: str, speech: Speech) -> str:
    if status == "CONFIRMED":
        return ""
    is_second_hand = status == "CONFIRMED-2ND"
    return speech.say("Nguồn dẫn lại") if is_second_hand else speech.say("Chưa xác nhận")


def _spoken(text: str, speech: Speech) -> str:
    return speech.say(text) if text else ""


def _is_vietnamese(text: str, speech: Speech) -> bool:
    """Say whether a text stays Vietnamese on a page in another language."""
    return speech.language is not Language.VI and speech.say(text) == text
