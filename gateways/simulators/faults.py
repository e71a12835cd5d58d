"""How a far side misbehaves: by plan for one order, or by chance with a seed."""

import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final


class Behaviour(enum.StrEnum):
    """What becomes of an order whose payer presses Pay."""

    PAID = "paid"
    LOST = "lost"  # paid, and nobody is told
    DOUBLED = "doubled"  # told twice at the same time
    LATE = "late"  # paid now, told later
    PAY_THEN_LATE = "pay_then_late"  # in progress first, paid and told later
    DECLINED_THEN_PAID = (
        "declined_then_paid"  # declined and told so, paid and told later all the same
    )
    WRONG_AMOUNT = "wrong_amount"  # another amount is charged, told and reported
    BAD_SIGNATURE = "bad_signature"  # told under a wrong signature
    HELD = "held_07"  # taken, under suspicion
    REVERSED = "reversed_04"  # debited at the bank, not successful here
    DECLINED = "declined"


class RefundFault(enum.StrEnum):
    """What becomes of a refund that is ordered."""

    NONE = "none"
    ANSWER_LOST = "answer_lost"  # accepted, and HTTP 504 in place of the answer
    NOT_NOW = "refused_16"
    DUPLICATE = "refused_94"  # called a repeat, and it is none: nothing goes back
    NOT_PAID = "refused_95"
    OTHER_ERROR = "refused_99"
    LATE = "late"  # accepted, and done `late_s` seconds later
    OTHER_AMOUNT = "other_amount"  # done, and questions are told another amount


class Query(enum.StrEnum):
    """How the query and refund address behaves."""

    NORMAL = "normal"
    MAINTENANCE = "maintenance"  # code 08
    BROKEN = "broken"  # HTTP 500
    HTML = "html"  # HTTP 200 with a page
    UNSIGNED = "unsigned"  # a right answer under a wrong signature
    CUT = "cut"  # half a JSON text
    SLOW = "slow"  # a right answer after `slow_s` seconds


_PARTS: Final = 1000
_LATE_S: Final = 20


@dataclass(frozen=True, slots=True)
class Profile:
    """How often, in parts of a thousand, each misbehaviour happens; the rest is simply paid."""

    parts: Mapping[Behaviour, int]
    seed: int
    late_s: int

    def behaviour_of(self, txn_ref: str) -> Behaviour:
        """Return the fate of an order: chance, yet the same after a restart."""
        digest = hashlib.sha256(f"{self.seed}:{txn_ref}".encode()).digest()
        drawn = int.from_bytes(digest[:8]) % _PARTS
        for behaviour, parts in self.parts.items():
            if drawn < parts:
                return behaviour
            drawn -= parts
        return Behaviour.PAID


def read_profile(text: str) -> Profile:
    """Return the profile in a text such as `lost=0.1,doubled=0.2,late=0.1,late_s=5,seed=7`.

    Raises:
        ValueError: an unknown name, no number, or more than everything.
    """
    parts: dict[Behaviour, int] = {}
    numbers = {"seed": 0, "late_s": _LATE_S}
    for word in filter(None, text.split(",")):
        name, _, value = word.strip().partition("=")
        if name in numbers:
            numbers[name] = int(value)
        else:
            parts[Behaviour(name)] = _thousandths(value)
    if sum(parts.values()) > _PARTS:
        raise ValueError("faults add up to more than 1")
    return Profile(MappingProxyType(parts), seed=numbers["seed"], late_s=numbers["late_s"])


def _thousandths(text: str) -> int:
    try:
        share = Decimal(text) * _PARTS
    except InvalidOperation as problem:
        raise ValueError(f"{text!r} is not a share between 0 and 1") from problem
    if not 0 <= share <= _PARTS or share != int(share):
        raise ValueError(f"{text!r} is not a share between 0 and 1 in thousandths")
    return int(share)
