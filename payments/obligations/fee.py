"""Fees and charges of a dossier: what the agency asks, checked against the tariff of the day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import Money
from payments.errors import RateMissing
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact
from payments.obligations.fee_tariff import (
    CAP_STEP,
    CHANNEL_RULE,
    COUNT_MAX,
    COUNTER_STEP,
    FIRST_PAGES_STEP,
    NEXT_PAGES_STEP,
    ONCE_STEP,
    ONLINE_STEP,
    PAGE_RULE,
    PAGES_MAX,
    SERVICES,
    TIME_RULE,
    Basis,
    Channel,
    Quantity,
    TariffPrice,
    series_of,
    tariff_price,
)
from payments.obligations.less_paid import PAID_STEP, WHOLE_STEP, less_paid
from payments.obligations.pushed_lines import LINES_MAX, PUSHED_RULE
from payments.obligations.rates import Rates
from payments.quote import Note, QuoteLine

NAME = "Phí, lệ phí của hồ sơ"
DIFFERS_NOTE = (
    "%(what)s: cơ quan yêu cầu %(asked)s, còn biểu mức thu của ngày %(day)s là %(tariff)s. "
    "Ở đây bạn nộp theo yêu cầu của cơ quan; nếu thấy sai, hãy hỏi cơ quan trước khi nộp."
)
UNCHECKED_NOTE = (
    "%(what)s: chúng tôi không có biểu mức thu của ngày %(day)s nên chưa đối chiếu được số tiền "
    "cơ quan yêu cầu."
)

_FIELDS: Final = ("title", "authority", "due_on", "lines", "budget")
_LINE_FIELDS: Final = (
    *("code", "title", "law", "amount_vnd", "channel", "count", "pages", "copies", "budget"),
)


@dataclass(frozen=True, slots=True)
class FeeLine:
    """One fee or charge of a dossier.

    `amount` is None where the agency leaves the price to the tariff, `quantity` where the tariff
    does not know `code`: then the agency gave amount, title and law. Both texts may be '' for a
    code of the tariff.
    """

    code: str
    title: str
    law: str
    amount: Money | None
    quantity: Quantity | None
    budget: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """What an agency asks for a dossier; `due_on` is None where it gives no last day."""

    title: str
    authority: str
    due_on: date | None
    lines: tuple[FeeLine, ...]
    budget: Mapping[str, str]


def read_fee(values: Mapping[str, object]) -> FeeFacts:
    """Return what an agency asks, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown, of the wrong type, or says nothing for its code.
    """
    body = Body(values)
    body.only(*_FIELDS)
    facts = FeeFacts(
        title=body.text("title"),
        authority=body.text("authority"),
        due_on=body.day("due_on") if body.has("due_on") else None,
        lines=tuple(_line(each) for each in body.parts("lines", parts_max=LINES_MAX)),
        budget=body.budget(),
    )
    if not facts.lines:
        raise body.refused("lines", reason="has at least one entry")
    return facts


def _line(body: Body) -> FeeLine:
    body.only(*_LINE_FIELDS)
    code = body.text("code", length_max=40)
    is_known = code in SERVICES
    if not is_known:
        for field in ("channel", "count", "pages", "copies"):
            if body.has(field):
                raise body.refused(field, reason=f"says nothing: {code} is not in the tariff here")
    return FeeLine(
        code=code,
        title=body.text("title") if body.has("title") or not is_known else "",
        law=body.text("law") if body.has("law") or not is_known else "",
        amount=body.amount("amount_vnd") if body.has("amount_vnd") or not is_known else None,
        quantity=_quantity(body, SERVICES[code].basis) if is_known else None,
        budget=body.budget(),
    )


def _quantity(body: Body, basis: Basis) -> Quantity:
    for field in ("count",) if basis is Basis.PAGE else ("pages", "copies"):
        if body.has(field):
            raise body.refused(field, reason="says nothing for this code")
    if basis is Basis.PAGE:
        return Quantity(
            pages=body.whole("pages", least=1, most=PAGES_MAX),
            copies=_at_least_one(body, "copies"),
        )
    if basis is Basis.TIME_AND_CHANNEL or body.has("channel"):
        return Quantity(count=_at_least_one(body, "count"), channel=_channel(body))
    return Quantity(count=_at_least_one(body, "count"))


def _at_least_one(body: Body, field: str) -> int:
    return body.whole(field, least=1, most=COUNT_MAX) if body.has(field) else 1


def _channel(body: Body) -> Channel:
    text = body.text("channel")
    if text not in set(Channel):
        raise body.refused("channel", reason="is online or counter")
    return Channel(text)


def _read_facts(values: Mapping[str, object]) -> Facts:
    facts = read_fee(values)
    kept: dict[str, object] = {
        "title": facts.title,
        "authority": facts.authority,
        "lines": [_kept(line) for line in facts.lines],
        "budget": dict(facts.budget),
    }
    if facts.due_on is not None:
        kept["due_on"] = facts.due_on.isoformat()
    return kept


def _kept(line: FeeLine) -> dict[str, object]:
    said: dict[str, object] = {
        "title": line.title,
        "law": line.law,
        "amount_vnd": None if line.amount is None else line.amount.vnd,
        "budget": dict(line.budget),
    }
    if line.quantity is not None:
        basis = SERVICES[line.code].basis
        if basis is Basis.PAGE:
            said |= {"pages": line.quantity.pages, "copies": line.quantity.copies}
        else:
            said["count"] = line.quantity.count
        if basis is Basis.TIME_AND_CHANNEL:
            said["channel"] = line.quantity.channel.value
    return {"code": line.code} | {name: value for name, value in said.items() if value}


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    fee = read_fee(facts)
    lines: list[QuoteLine] = []
    notes: list[Note] = []
    for ordinal, line in enumerate(fee.lines, start=1):
        tariff = _tariff(line, on=on, rates=rates)
        lines.append(
            _quoted(
                line,
                tariff,
                part=f"fee_{ordinal}",
                beneficiary=beneficiary,
                budget=line.budget or fee.budget,
            )
        )
        note = _note(line, tariff, on=on)
        if note is not None:
            notes.append(note)
    return Priced(fee.due_on, less_paid(lines, paid), tuple(notes))


def _tariff(line: FeeLine, *, on: date, rates: Rates) -> TariffPrice | None:
    """Return what the tariff says, None where it says nothing and the agency did."""
    if line.quantity is None:
        return None
    try:
        return tariff_price(SERVICES[line.code], line.quantity, on=on, rates=rates)
    except RateMissing:
        if line.amount is None:
            raise
        return None


def _quoted(
    line: FeeLine,
    tariff: TariffPrice | None,
    *,
    part: str,
    beneficiary: str,
    budget: Mapping[str, str],
) -> QuoteLine:
    if tariff is not None and line.amount in {None, tariff.amount}:
        amount, rule, steps = tariff.amount, tariff.rule, tariff.steps
    else:
        assert line.amount is not None, "what has no tariff came with an amount"
        amount, rule, steps = line.amount, PUSHED_RULE, ()
    return QuoteLine(
        part=part,
        label=line.title or _name(line),
        rule=rule,
        amount=amount,
        base=amount,
        days=0,
        rate="",
        law=line.law or ("" if tariff is None else tariff.law),
        status="CONFIRMED" if line.amount is not None or tariff is None else tariff.status,
        beneficiary=beneficiary,
        budget=budget,
        steps=steps,
    )


def _note(line: FeeLine, tariff: TariffPrice | None, *, on: date) -> Note | None:
    if line.quantity is None or line.amount is None:
        return None
    if tariff is None:
        return Note("tariff_unknown", UNCHECKED_NOTE, {"what": _name(line), "day": on})
    if tariff.amount == line.amount:
        return None
    return Note(
        "tariff_differs",
        DIFFERS_NOTE,
        {"what": _name(line), "asked": line.amount, "day": on, "tariff": tariff.amount},
        is_warning=True,
    )


def _name(line: FeeLine) -> str:
    return SERVICES[line.code].name


def _purpose(facts: Facts, number: str) -> str:
    return f"{read_fee(facts).title}, hồ sơ {number}"


def _title(facts: Facts) -> str:
    return read_fee(facts).title


def _authority(facts: Facts) -> str:
    return read_fee(facts).authority


KIND = ObligationKind(
    code="fee",
    name=NAME,
    second_facts=frozenset({SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(
        *(PUSHED_RULE, TIME_RULE, CHANNEL_RULE, PAGE_RULE),
        *(ONCE_STEP, ONLINE_STEP, COUNTER_STEP, FIRST_PAGES_STEP, NEXT_PAGES_STEP),
        *(CAP_STEP, PAID_STEP, WHOLE_STEP),
        *(DIFFERS_NOTE, UNCHECKED_NOTE),
        *(service.name for service in SERVICES.values()),
    ),
    rates_used=tuple(
        dict.fromkeys(
            name
            for service in SERVICES.values()
            for channel in Channel
            for name in series_of(service, channel)
        )
    ),
)
