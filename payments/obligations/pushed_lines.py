"""The lines of a notice or demand as an authority pushed them: shown as they stand, never ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ledger.money import Money
from payments.obligations.body import Body
from payments.quote import QuoteLine

LINES_MAX: Final = 30
PUSHED_RULE: Final = "Số tiền do cơ quan thu xác định"


@dataclass(frozen=True, slots=True)
class PushedLine:
    """One amount an authority named, with its own ground and budget codes."""

    title: str
    amount: Money
    law: str
    budget: Mapping[str, str]


def read_lines(body: Body) -> tuple[PushedLine, ...]:
    """Return the lines of a body, none when it has none.

    Raises:
        InputRefused: a field of a line is missing, unknown or of the wrong type.
    """
    found = body.parts("lines", parts_max=LINES_MAX)
    for each in found:
        each.only("title", "amount_vnd", "law", "budget")
    return tuple(
        PushedLine(each.text("title"), each.amount("amount_vnd"), each.text("law"), each.budget())
        for each in found
    )


def kept_lines(lines: Sequence[PushedLine]) -> list[dict[str, object]]:
    """Return lines as they are kept: what `read_lines` reads to the same lines."""
    return [
        {
            "title": line.title,
            "amount_vnd": line.amount.vnd,
            "law": line.law,
            "budget": dict(line.budget),
        }
        for line in lines
    ]


def quoted_lines(
    lines: Sequence[PushedLine], *, part: str, beneficiary: str, budget: Mapping[str, str]
) -> list[QuoteLine]:
    """Return each line as it is due; `budget` holds the codes of lines that have none."""
    return [
        QuoteLine(
            part=f"{part}_{ordinal}",
            label=line.title,
            rule=PUSHED_RULE,
            amount=line.amount,
            base=line.amount,
            days=0,
            rate="",
            law=line.law,
            status="CONFIRMED",
            beneficiary=beneficiary,
            budget=line.budget or budget,
        )
        for ordinal, line in enumerate(lines, start=1)
    ]
