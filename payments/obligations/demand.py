"""An agency's plain demand: the amount it pushed, due as it stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import Money, total
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced
from payments.obligations.less_paid import PAID_STEP, WHOLE_STEP, less_paid
from payments.obligations.pushed_lines import (
    PUSHED_RULE,
    PushedLine,
    kept_lines,
    quoted_lines,
    read_lines,
)
from payments.obligations.rates import Rates
from payments.quote import QuoteLine

NAME = "Khoản thu theo yêu cầu của cơ quan"

_FIELDS: Final = ("amount_vnd", "title", "law", "due_on", "authority", "lines", "budget")


@dataclass(frozen=True, slots=True)
class DemandFacts:
    """What an agency demands; `due_on` is None and `authority` '' where it does not say.

    `lines`, where there are any, come to `amount`.
    """

    amount: Money
    title: str
    law: str
    due_on: date | None
    authority: str
    lines: tuple[PushedLine, ...]
    budget: Mapping[str, str]


def read_demand(values: Mapping[str, object]) -> DemandFacts:
    """Return a demand's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown, of the wrong type, or against another field.
    """
    body = Body(values)
    body.only(*_FIELDS)
    demand = DemandFacts(
        amount=body.amount("amount_vnd"),
        title=body.text("title"),
        law=body.text("law"),
        due_on=body.day("due_on") if body.has("due_on") else None,
        authority=body.text("authority") if body.has("authority") else "",
        lines=read_lines(body),
        budget=body.budget(),
    )
    if demand.lines and total(line.amount for line in demand.lines) != demand.amount:
        raise body.refused("lines", reason="do not come to amount_vnd")
    return demand


def _read_facts(values: Mapping[str, object]) -> Facts:
    demand = read_demand(values)
    kept: dict[str, object] = {
        "amount_vnd": demand.amount.vnd,
        "title": demand.title,
        "law": demand.law,
        "budget": dict(demand.budget),
    }
    if demand.due_on is not None:
        kept["due_on"] = demand.due_on.isoformat()
    if demand.authority:
        kept["authority"] = demand.authority
    if demand.lines:
        kept["lines"] = kept_lines(demand.lines)
    return kept


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    del on, rates  # The agency has priced it; no rate of ours applies on any day.
    demand = read_demand(facts)
    if demand.lines:
        lines = quoted_lines(
            demand.lines, part="demand", beneficiary=beneficiary, budget=demand.budget
        )
    else:
        lines = [_whole(demand, beneficiary=beneficiary)]
    return Priced(demand.due_on, less_paid(lines, paid))


def _whole(demand: DemandFacts, *, beneficiary: str) -> QuoteLine:
    return QuoteLine(
        part="demand",
        label=demand.title,
        rule=PUSHED_RULE,
        amount=demand.amount,
        base=demand.amount,
        days=0,
        rate="",
        law=demand.law,
        status="CONFIRMED",
        beneficiary=beneficiary,
        budget=demand.budget,
    )


def _purpose(facts: Facts, number: str) -> str:
    return f"{read_demand(facts).title}, số {number}"


def _title(facts: Facts) -> str:
    return read_demand(facts).title


def _authority(facts: Facts) -> str:
    return read_demand(facts).authority


KIND = ObligationKind(
    code="demand",
    name=NAME,
    second_facts=frozenset(),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(PUSHED_RULE, PAID_STEP, WHOLE_STEP),
)
