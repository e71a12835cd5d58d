"""An authority that says what is owed: who speaks for it, since when, how much a minute."""

import enum
from dataclasses import dataclass
from datetime import date
from typing import Final

from payments.errors import InputRefused
from payments.obligation import checked_code

NAME_MAX: Final = 200
ITEMS_PER_MINUTE_MAX: Final = 1_000_000
REQUESTS_PER_MINUTE_MAX: Final = 1_200
"""Bodies one authority may send in a minute, whatever is in them."""


class Family(enum.StrEnum):
    """What sort of authority it is."""

    POLICE = "police"
    INSPECTORATE = "inspectorate"
    SOCIAL_INSURANCE = "social_insurance"
    AGENCY = "agency"
    TAX = "tax"
    PORTAL = "portal"


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority as it is registered.

    `pushed_by` is the partner whose key speaks for it. `in_force_to` is its last day, None while it
    has none; `successor` took over afterwards, None when nobody did.
    """

    code: str
    family: Family
    name: str
    pushed_by: str
    in_force_from: date
    in_force_to: date | None = None
    successor: str | None = None
    items_per_minute_max: int = 10_000

    def is_in_force(self, on: date) -> bool:
        """Say whether it may push anything new on a day in Vietnam."""
        return self.in_force_from <= on and (self.in_force_to is None or on <= self.in_force_to)


def check_authority(authority: Authority) -> None:
    """Refuse an authority that cannot be right.

    Raises:
        InputRefused: naming the field.
    """
    checked_code(authority.code, field="code")
    checked_code(authority.pushed_by, field="pushed_by")
    name = authority.name
    if not 0 < len(name) <= NAME_MAX or not name.isprintable() or name != name.strip():
        raise InputRefused(field="name", reason=f"has 1 to {NAME_MAX} printable characters")
    if not 0 < authority.items_per_minute_max <= ITEMS_PER_MINUTE_MAX:
        raise InputRefused(
            field="items_per_minute_max", reason=f"is between 1 and {ITEMS_PER_MINUTE_MAX}"
        )
    ends = authority.in_force_to
    if ends is not None and ends < authority.in_force_from:
        raise InputRefused(field="in_force_to", reason="is before its first day")
    if authority.successor is not None and ends is None:
        raise InputRefused(field="successor", reason="follows an authority that has a last day")
    if authority.successor == authority.code:
        raise InputRefused(field="successor", reason="is another authority")
