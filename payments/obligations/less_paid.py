"""What is left of amounts when some of it was paid already: the difference, never below zero."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ledger.money import ZERO, Money
from payments.obligations.contract import PaidPart
from payments.quote import QuoteLine, QuoteStep

PAID_STEP: Final = "Trừ phần đã nộp"
WHOLE_STEP: Final = "Số tiền của cả khoản"


def less_paid(lines: Sequence[QuoteLine], paid: Sequence[PaidPart]) -> tuple[QuoteLine, ...]:
    """Return the lines still due: each less what was paid on its own part, then less any surplus.

    Source: Circular 18/2023/TT-BTC art. 6, applied to every kind: the rest is B less A.
    """
    left: Counter[str] = Counter()
    for part in paid:
        left[part.part] += part.amount.vnd
    taken = [min(line.amount.vnd, left[line.part]) for line in lines]
    for line, amount in zip(lines, taken, strict=True):
        left[line.part] -= amount
    surplus = left.total()
    due: list[QuoteLine] = []
    for line, own in zip(lines, taken, strict=True):
        spilled = min(line.amount.vnd - own, surplus)
        surplus -= spilled
        due.append(_lowered(line, Money(own + spilled)))
    return tuple(line for line in due if line.amount > ZERO)


def _lowered(line: QuoteLine, paid: Money) -> QuoteLine:
    if not paid.is_positive:
        return line
    steps = line.steps or (QuoteStep(WHOLE_STEP, line.amount, line.amount),)
    return replace(
        line, amount=line.amount - paid, steps=(*steps, QuoteStep(PAID_STEP, -paid, paid))
    )
