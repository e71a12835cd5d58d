"""What is kept of what was paid for an obligation, once some of it went back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.money import ZERO, Money
from payments.obligations.contract import PaidPart


@dataclass(frozen=True, slots=True)
class Taken:
    """A part that was paid, and the sum it came with."""

    capture_id: int
    part: PaidPart


@dataclass(frozen=True, slots=True)
class GivenBack:
    """How much of a sum the payer has back for an obligation, since `on`."""

    capture_id: int
    amount: Money
    on: date


def kept_parts(taken: Sequence[Taken], given_back: Sequence[GivenBack]) -> tuple[PaidPart, ...]:
    """Return what was paid, then what went back of it as parts below zero.

    What was there until it went back spared surcharge until then. It is taken from the parts of its
    own sum in their order.
    """
    left = [each.part.amount for each in taken]
    back: list[PaidPart] = []
    for given in given_back:
        amount = given.amount
        own = [at for at, each in enumerate(taken) if each.capture_id == given.capture_id]
        for at in own:
            # What is beyond all parts is shown as well: nothing that went back may be hidden.
            of_this = amount if at == own[-1] else min(amount, left[at])
            if of_this == ZERO:
                continue
            left[at] -= of_this
            amount -= of_this
            part = taken[at].part
            back.append(PaidPart(part.part, -of_this, max(part.on, given.on)))
    return (*(each.part for each in taken), *back)
