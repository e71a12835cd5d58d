"""What a number set by law can plausibly be: a slip of the hand prices nothing."""

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

_RANGES: Final[Sequence[tuple[str, str, str]]] = (
    # The ending of a name says what it counts; the first line that fits holds.
    (r"fines\.late_daily_rate", "0.0001", "0.01"),
    (r"fines\.deadline_rolls", "0", "1"),
    (r"fines\.instalments_max", "1", "12"),
    (r".*_weighed_(ahead|back)", "0", "1"),
    (r"social_insurance\.fund_rate_monthly", "0", "0.05"),
    (r"social_insurance\.contribution_rate|health_insurance\.monthly_rate", "0.001", "0.5"),
    (r"health_insurance\.member_factor_.*|.*_first_share", "0.01", "1"),
    (r"social_insurance\.state_support_.*", "0", "1"),
    (r"social_insurance\.income_cap_factor", "1", "100"),
    (r".*_unit_dong", "1", "1000000"),
    (r".*_added_days", "0", "365"),
    (r".*_days", "1", "365"),
    (r".*(_months|_months_max|_months_quarter|_months_half_year|_months_year)", "1", "240"),
    (r"social_insurance\.(window_)?months_m.*", "1", "60"),
    (r".*_years_(min|max)", "1", "60"),
    (r"fees\.copy_first_pages", "1", "1000"),
    (r"(fees|reference)\..*|.*_dong|fines\.(deferral|instalments)_min_.*", "1", "10000000000"),
)
_KNOWN: Final = tuple(
    (re.compile(name), Fraction(least), Fraction(most)) for name, least, most in _RANGES
)
_WHOLE: Final = re.compile(
    r"(fees|reference)\..*|.*_(dong|days|months|pages|rolls|factor)|.*[._](months|years)_.*"
    r"|fines\.(instalments_max|(deferral|instalments)_min_.*)"
)


def why_implausible(name: str, value: Fraction) -> str:
    """Return why a series cannot have this number, '' when it can.

    A series of no known sort has no bounds: no price is made of it before it is named here.
    """
    if _WHOLE.fullmatch(name) and value.denominator != 1:
        return "is not a whole number"
    for shape, least, most in _KNOWN:
        if shape.fullmatch(name):
            is_within = least <= value <= most
            return "" if is_within else f"is not from {_text(least)} to {_text(most)}"
    return ""


def has_range(name: str) -> bool:
    """Say whether the numbers of a series have bounds."""
    return any(shape.fullmatch(name) for shape, _, _ in _KNOWN)


def _text(bound: Fraction) -> str:
    if bound.denominator == 1:
        return f"{bound.numerator:,}"
    digits = f"{bound.numerator * 10_000 // bound.denominator:05d}"
    return f"{digits[:-4]}.{digits[-4:].rstrip('0')}"
