"""The reason of an amount as a payment and its proof keep it: the quote's line, in plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.money import Money
from payments.quote import QuoteLine, QuoteStep, Unit


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is kept of a quote's line besides its amount; fields mean what they mean there."""

    label: str
    rule: str
    base: Money
    days: int
    rate: str
    law: str
    status: str
    steps: tuple[QuoteStep, ...] = ()
    rounding: str = ""
    leaves_open: bool = False


def explanation_of(line: QuoteLine) -> dict[str, object]:
    """Return what a payment keeps of a quote's line; what is empty may be left out."""
    kept: dict[str, object] = {
        "label": line.label,
        "rule": line.rule,
        "base_vnd": line.base.vnd,
        "days": line.days,
        "rate": line.rate,
        "law": line.law,
        "status": line.status,
    }
    if line.steps:
        kept["steps"] = [_step(step) for step in line.steps]
    if line.rounding:
        kept["rounding"] = line.rounding
    if line.leaves_open:
        kept["leaves_open"] = True
    return kept


def read_explanation(kept: Mapping[str, Any]) -> Explanation:
    """Return the reason as it was quoted, of payments from before there were steps too."""
    steps: Sequence[Mapping[str, Any]] = kept.get("steps", ())
    return Explanation(
        label=str(kept["label"]),
        rule=str(kept.get("rule", "")),
        base=Money(int(kept.get("base_vnd", 0))),
        days=int(kept.get("days", 0)),
        rate=str(kept.get("rate", "")),
        law=str(kept.get("law", "")),
        status=str(kept.get("status", "CONFIRMED")),
        steps=tuple(_read_step(step) for step in steps),
        rounding=str(kept.get("rounding", "")),
        leaves_open=bool(kept.get("leaves_open", False)),
    )


def _step(step: QuoteStep) -> dict[str, object]:
    said: dict[str, object] = {
        "count": step.count,
        "unit": step.unit.value,
        "rate": step.rate,
        "law": step.law,
        "first": None if step.first is None else step.first.isoformat(),
        "last": None if step.last is None else step.last.isoformat(),
        "power": step.power,
    }
    if not step.is_part:
        # Left out where it is one, as it was before any step was not.
        said["is_no_part"] = True
    return {
        "label": step.label,
        "amount_vnd": step.amount.vnd,
        "base_vnd": step.base.vnd,
        "status": step.status,
        **{name: value for name, value in said.items() if value},
    }


def _read_step(kept: Mapping[str, Any]) -> QuoteStep:
    return QuoteStep(
        label=str(kept["label"]),
        amount=Money(int(kept["amount_vnd"])),
        base=Money(int(kept["base_vnd"])),
        count=int(kept.get("count", 0)),
        unit=Unit(kept.get("unit", "")),
        rate=str(kept.get("rate", "")),
        law=str(kept.get("law", "")),
        status=str(kept["status"]),
        first=_day(kept.get("first")),
        last=_day(kept.get("last")),
        power=int(kept.get("power", 0)),
        is_part=not kept.get("is_no_part", False),
    )


def _day(kept: str | None) -> date | None:
    return None if kept is None else date.fromisoformat(kept)
