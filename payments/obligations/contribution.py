"""What a person in voluntary social insurance pays, exact, within the limits of the law."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import Final

from ledger.money import Money
from payments.errors import PriceRefused
from payments.obligations.months import last_day
from payments.obligations.rates import Rate, Rates, half_up

YARDSTICKS: Final = ("reference.base_salary", "reference.reference_level")
POVERTY_LINE: Final = "reference.rural_poverty_line"
NO_SUPPORT: Final = "none"
GROUPS: Final = ("ho_ngheo", "xa_dao_dac_khu", "ho_can_ngheo", "dan_toc_thieu_so", "khac")
"""Groups the State supports, by the code of their series; which exist depends on the day."""

_OURS: Final = "social_insurance."
_YEAR: Final = 12


class Method(enum.StrEnum):
    """How many months are paid at once."""

    M1 = "M1"
    M3 = "M3"
    M6 = "M6"
    M12 = "M12"
    AHEAD = "AHEAD"  # some years in advance, discounted
    BACK = "BACK"  # the time still missing for a pension, with interest


class SupportMode(enum.StrEnum):
    """How the State's share stands inside a lump sum."""

    SAME_FACTOR = "same_factor"  # discounted, or with interest, like the contribution
    FACE = "face"


_BY_PERIOD: Final = frozenset({Method.M1, Method.M3, Method.M6, Method.M12})
_WEIGHED_SERIES: Final = MappingProxyType(
    {
        Method.AHEAD: f"{_OURS}support_weighed_ahead",
        Method.BACK: f"{_OURS}support_weighed_back",
    }
)

RATES_USED: Final = (
    *YARDSTICKS,
    POVERTY_LINE,
    *(f"{_OURS}state_support_{group}" for group in GROUPS),
    *(
        f"{_OURS}{part}_{m.lower()}"
        for m in sorted(_BY_PERIOD)
        for part in ("months", "window_months")
    ),
    *_WEIGHED_SERIES.values(),
    f"{_OURS}contribution_rate",
    f"{_OURS}income_cap_factor",
    f"{_OURS}income_step_dong",
    f"{_OURS}support_months_max",
    f"{_OURS}ahead_years_min",
    f"{_OURS}ahead_years_max",
    f"{_OURS}back_months_max",
    f"{_OURS}fund_rate_monthly",
    f"{_OURS}rounding_unit_dong",
)


@dataclass(frozen=True, slots=True)
class ContributionFacts:
    """What the SI office says of one payment.

    `months_supported` is how many months the State has supported before. `first_month` is the first
    day of the first month covered. `support_mode` is None where the office leaves it to the rule.
    `local_support` is what the province adds for each month the State supports.
    """

    income: Money
    group: str
    method: Method
    months: int
    months_supported: int
    first_month: date
    support_mode: SupportMode | None
    local_support: Money
    authority: str
    budget: Mapping[str, str]

    @property
    def last_day(self) -> date:
        """Return the last day covered."""
        return last_day(self.first_month, months=self.months)


@dataclass(frozen=True, slots=True)
class Support:
    """The State's share of each supported month: `rate` of `base`, the least contribution.

    That is the contribution on an income of the poverty `line`.
    `is_weighed` says that it bears the discount or interest of a lump sum like the contribution;
    how sure that is stands among `statuses`.
    """

    months: int
    line: Rate
    base: Fraction
    rate: Rate
    statuses: tuple[str, ...]
    is_weighed: bool

    @property
    def a_month(self) -> Fraction:
        """Return the share of one month."""
        return self.base * self.rate.value

    @property
    def at_face(self) -> Fraction:
        """Return the share of all its months without discount or interest."""
        return self.a_month * self.months


@dataclass(frozen=True, slots=True)
class Contribution:
    """A payment in its parts; `payable` and `gross` are rounded, the State's share is between them.

    `plain` is the contribution of all months before discount or interest, rounded for showing.
    `fund_rate` is the one used, None without one. `is_rounded` says that a fraction was rounded.
    """

    plain: Money
    gross: Money
    local: Money
    payable: Money
    rate: Rate
    support: Support | None
    fund_rate: Rate | None
    rounding: Rate
    is_rounded: bool

    @property
    def state(self) -> Money:
        """Return the State's share: what is left, so that all parts come to the gross."""
        return self.gross - self.local - self.payable


def contribution(facts: ContributionFacts, *, on: date, rates: Rates) -> Contribution:
    """Return what is due when paid on a date in Vietnam; its law is the one in force that day.

    Exact fractions throughout; the payer's sum is rounded once, half up, the gross likewise.

    Raises:
        RateMissing: a rate is not known for that day.
        PriceRefused: the law of that day does not allow what the facts say.
    Source: Law on Social Insurance 41/2024 art. 31, 36; Decree 159/2025 art. 5 to 7.
    """
    _check_income(facts, on=on, rates=rates)
    _check_months(facts, on=on, rates=rates)
    rate = rates.in_force(f"{_OURS}contribution_rate", on=on)
    is_lump = facts.method not in _BY_PERIOD
    fund_rate = rates.in_force(f"{_OURS}fund_rate_monthly", on=on) if is_lump else None
    monthly = facts.income.vnd * rate.value
    gross = monthly * _weight(facts.method, fund_rate, months=facts.months)
    support = _support(facts, rate, on=on, rates=rates)
    local = Money(facts.local_support.vnd * _months_left(facts, on=on, rates=rates))
    payable = gross - _state(facts.method, fund_rate, support) - local.vnd
    if payable < 0:
        raise PriceRefused(
            code="LOCAL_SUPPORT_ABOVE_DUE",
            field="local_support_vnd",
            reason="is more than what is left to pay for these months",
        )
    unit = rates.in_force(f"{_OURS}rounding_unit_dong", on=on)
    return Contribution(
        plain=half_up(monthly * facts.months, unit=unit),
        gross=half_up(gross, unit=unit),
        local=local,
        payable=half_up(payable, unit=unit),
        rate=rate,
        support=support,
        fund_rate=fund_rate,
        rounding=unit,
        is_rounded=any((exact / unit.whole).denominator != 1 for exact in (gross, payable)),
    )


def latest_day(facts: ContributionFacts, *, on: date, rates: Rates) -> date | None:
    """Return the last day this period may be paid on, None where the law sets none.

    Raises:
        RateMissing: the window is not known for that day.
    Source: Law on Social Insurance 41/2024 art. 36 (3).
    """
    if facts.method not in _BY_PERIOD:
        return None
    window = rates.in_force(f"{_OURS}window_months_{facts.method.lower()}", on=on).whole
    return last_day(facts.first_month, months=window)


def income_floor(*, on: date, rates: Rates) -> Money:
    """Return the least income that may be chosen.

    Raises:
        RateMissing: the poverty line of that day is not known.
    """
    return Money(rates.in_force(POVERTY_LINE, on=on).whole)


def income_cap(*, on: date, rates: Rates) -> Money:
    """Return the highest income that may be chosen.

    Raises:
        RateMissing: the yardstick of that day is not known.
    """
    yardstick = rates.in_force(rates.latest(YARDSTICKS, on=on), on=on).whole
    return Money(rates.in_force(f"{_OURS}income_cap_factor", on=on).whole * yardstick)


def period_months(method: Method, *, on: date, rates: Rates) -> int | None:
    """Return how many months a method always takes, None for lump sums of any.

    Raises:
        RateMissing: the number is not known for that day.
    """
    if method not in _BY_PERIOD:
        return None
    return rates.in_force(f"{_OURS}months_{method.lower()}", on=on).whole


def allowed_months(method: Method, *, on: date, rates: Rates) -> tuple[range, str]:
    """Return how many months a method takes, and the same in words.

    Raises:
        RateMissing: a limit is not known for that day.
    """
    months = period_months(method, on=on, rates=rates)
    if months is not None:
        return range(months, months + 1), f"{months}"
    if method is Method.BACK:
        most = rates.in_force(f"{_OURS}back_months_max", on=on).whole
        return range(1, most + 1), f"1 to {most}"
    least = rates.in_force(f"{_OURS}ahead_years_min", on=on).whole * _YEAR
    most = rates.in_force(f"{_OURS}ahead_years_max", on=on).whole * _YEAR
    return range(least, most + 1, _YEAR), f"whole years of {least} to {most}"


def _check_income(facts: ContributionFacts, *, on: date, rates: Rates) -> None:
    floor, cap = income_floor(on=on, rates=rates), income_cap(on=on, rates=rates)
    if facts.income < floor:
        raise PriceRefused(
            code="INCOME_BELOW_FLOOR",
            field="income_vnd",
            reason=f"is at least {floor.vnd} when paid on {on.isoformat()}; choose a higher income",
        )
    if facts.income > cap:
        raise PriceRefused(
            code="INCOME_ABOVE_CAP",
            field="income_vnd",
            reason=f"is at most {cap.vnd} when paid on {on.isoformat()}; choose a lower income",
        )


def _check_months(facts: ContributionFacts, *, on: date, rates: Rates) -> None:
    allowed, told = allowed_months(facts.method, on=on, rates=rates)
    if facts.months not in allowed:
        raise PriceRefused(
            code="MONTHS_NOT_ALLOWED", field="months", reason=f"{facts.method} takes {told} months"
        )
    latest = latest_day(facts, on=on, rates=rates)
    if latest is not None and on > latest:
        raise PriceRefused(
            code="METHOD_TOO_LATE",
            field="method",
            reason=f"{facts.method} from {facts.first_month:%Y-%m} had to be paid by"
            f" {latest.isoformat()}; register again with the SI office",
        )


def _support(facts: ContributionFacts, rate: Rate, *, on: date, rates: Rates) -> Support | None:
    """Return the State's share, None for nobody supported or no month left."""
    if facts.group == NO_SUPPORT:
        return None
    name = f"{_OURS}state_support_{facts.group}"
    first = rates.first_day(name)
    if first is not None and on < first:
        raise PriceRefused(
            code="GROUP_NOT_IN_FORCE",
            field="group",
            reason=f"is supported from {first.isoformat()} on; name the group of that day's law",
        )
    group = rates.in_force(name, on=on)
    line = rates.in_force(POVERTY_LINE, on=on)
    months = _months_left(facts, on=on, rates=rates)
    if not months:
        return None
    statuses = [group.status, line.status, rate.status]
    is_weighed = False
    if facts.method in _WEIGHED_SERIES:
        rule = rates.in_force(_WEIGHED_SERIES[facts.method], on=on)
        by_rule = SupportMode.SAME_FACTOR if rule.whole else SupportMode.FACE
        mode = facts.support_mode or by_rule
        is_weighed = mode is SupportMode.SAME_FACTOR
        statuses.append(rule.status if mode is by_rule else "UNCONFIRMED")
    return Support(months, line, line.value * rate.value, group, tuple(statuses), is_weighed)


def _months_left(facts: ContributionFacts, *, on: date, rates: Rates) -> int:
    """Return how many of these months are still within what one person is supported for."""
    if facts.group == NO_SUPPORT and not facts.local_support.is_positive:
        return 0
    most = rates.in_force(f"{_OURS}support_months_max", on=on).whole
    return min(facts.months, max(0, most - facts.months_supported))


def _state(method: Method, fund_rate: Rate | None, support: Support | None) -> Fraction:
    if support is None:
        return Fraction(0)
    if not support.is_weighed:
        return support.at_face
    # The first months of the sum are the supported ones: Ho Chi Minh City's answer of 2020.
    return support.a_month * _weight(method, fund_rate, months=support.months)


def _weight(method: Method, fund_rate: Rate | None, *, months: int) -> Fraction:
    """Return how many contributions the first `months` of a payment come to."""
    if fund_rate is None or not fund_rate.value:
        return Fraction(months)
    growth = 1 + fund_rate.value
    if method is Method.AHEAD:
        discount = 1 / growth
        return (1 - discount**months) / (1 - discount)
    return growth * (growth**months - 1) / (growth - 1)
