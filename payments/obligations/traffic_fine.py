"""A traffic fine: the decision's amount, its deadline, and the surcharge of every late day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final

from ledger.money import ZERO, Money, total
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, Priced, SecondFact
from payments.obligations.rates import Rates, least_sure
from payments.quote import QuoteLine

TERM_DAYS_MAX: Final = 365
SUSPENDED_MAX: Final = 20
PART_PAYMENTS_MAX: Final = 10

NAME = "Tiền phạt vi phạm giao thông"
FINE_LABEL = "Tiền phạt"
FINE_RULE = "Số tiền ghi trong quyết định xử phạt, trừ phần đã nộp (nếu có)"
LATE_LABEL = "Tiền chậm nộp phạt"
LATE_RULE = (
    "0,05% mỗi ngày tính trên số tiền phạt chưa nộp, từ ngày sau hạn nộp đến trước ngày nộp; "
    "không tính ngày được hoãn; làm tròn một lần đến đồng"
)
FINE_LAW = "Luật Xử lý vi phạm hành chính, Điều 78"
LATE_LAW = "Thông tư 18/2023/TT-BTC, Điều 5; Luật Xử lý vi phạm hành chính, Điều 78"

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class FineFacts:
    """What a decision says.

    `received_on` is None when no receipt can be proven. `deadline_given` overrides every rule and
    stands with its reason. `suspended` periods and `paid_in_part` days include their ends.
    """

    fine: Money
    issued_on: date
    received_on: date | None
    term_days: int
    deadline_given: tuple[date, str] | None
    suspended: tuple[tuple[date, date], ...]
    paid_in_part: tuple[tuple[date, Money], ...]
    behaviour: str
    authority: str
    record_number: str | None
    budget: Mapping[str, str]

    def unpaid(self, *, on: date) -> Money:
        """Return the fine less what was paid by that day's end; never the surcharge."""
        return self.fine - total(amount for day, amount in self.paid_in_part if day <= on)

    def is_suspended(self, day: date) -> bool:
        """Say whether the clock stands still that day: deferral, review, instalments."""
        return any(first <= day <= last for first, last in self.suspended)


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late a payment is: days that count, the exact surcharge, and the rates used."""

    days: int
    exact: Fraction
    rate_texts: tuple[str, ...]
    statuses: frozenset[str]


def deadline(facts: FineFacts, *, rates: Rates) -> date:
    """Return the last day without surcharge; holidays count like any other day.

    Raises:
        RateMissing: the term of that date is not known.
    Source: Circular 18/2023/TT-BTC art. 5; Law on Handling Administrative Violations art. 78.
    """
    if facts.deadline_given is not None:
        return facts.deadline_given[0]
    if facts.received_on is not None:
        least = rates.in_force("fines.payment_term_days", on=facts.received_on).whole
        due = facts.received_on + timedelta(days=max(least, facts.term_days))
    else:
        least = rates.in_force("fines.unproven_receipt_term_days", on=facts.issued_on).whole
        added = rates.in_force("fines.unproven_receipt_added_days", on=facts.issued_on).whole
        due = facts.issued_on + timedelta(days=max(least, facts.term_days + added))
    if _is_rest_day(due) and rates.in_force("fines.deadline_rolls", on=due).whole:
        due += timedelta(days=_WEEK_DAYS - due.weekday())
    return due


def lateness(facts: FineFacts, *, due: date, on: date, rates: Rates) -> Lateness:
    """Return what the days strictly between `due` and `on` cost, before any rounding.

    Raises:
        RateMissing: the daily rate of a late day is not known.
    Source: Circular 18/2023/TT-BTC art. 5 (1), (2).
    """
    first, end = due + _ONE_DAY, on
    name = "fines.late_daily_rate"
    # Between two cuts neither the unpaid fine, nor the rate, nor the suspension changes.
    cuts = {first, end, *rates.changes(name), *(day for day, _ in facts.paid_in_part)}
    cuts |= {day for period in facts.suspended for day in (period[0], period[1] + _ONE_DAY)}
    inside = sorted(cut for cut in cuts if first <= cut <= end)
    days, exact = 0, Fraction(0)
    texts: dict[str, str] = {}
    for start, stop in pairwise(inside):
        if facts.is_suspended(start):
            continue
        rate = rates.in_force(name, on=start)
        length = (stop - start).days
        days += length
        exact += facts.unpaid(on=start).vnd * length * rate.value
        texts[rate.text] = rate.status
    return Lateness(days, exact, tuple(texts), frozenset(texts.values()))


def read_fine(values: Mapping[str, object]) -> FineFacts:
    """Return a decision's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is missing, unknown, of the wrong type, or against another field.
    """
    body = Body(values)
    body.only(*_FIELDS)
    facts = FineFacts(
        fine=body.amount("fine_vnd"),
        issued_on=body.day("issued_on"),
        received_on=body.day("received_on") if body.has("received_on") else None,
        term_days=body.whole("term_days", least=1, most=TERM_DAYS_MAX),
        deadline_given=_deadline_given(body),
        suspended=tuple(body.periods("suspended", periods_max=SUSPENDED_MAX)),
        paid_in_part=_paid_in_part(body),
        behaviour=body.text("behaviour"),
        authority=body.text("authority"),
        record_number=(
            body.text("record_number", length_max=100) if body.has("record_number") else None
        ),
        budget=body.budget(),
    )
    if facts.received_on is not None and facts.received_on < facts.issued_on:
        raise body.refused("received_on", reason="is before the decision was issued")
    if facts.deadline_given is not None and facts.deadline_given[0] < facts.issued_on:
        raise body.refused("deadline_override.date", reason="is before the decision was issued")
    if total(amount for _, amount in facts.paid_in_part) > facts.fine:
        raise body.refused("part_payments", reason="are more than the fine")
    return facts


_FIELDS: Final = (
    "fine_vnd",
    "issued_on",
    "received_on",
    "term_days",
    "deadline_override",
    "suspended",
    "part_payments",
    "behaviour",
    "authority",
    "record_number",
    "budget",
)


def _deadline_given(body: Body) -> tuple[date, str] | None:
    if not body.has("deadline_override"):
        return None
    given = body.part("deadline_override")
    given.only("date", "reason")
    return given.day("date"), given.text("reason")


def _paid_in_part(body: Body) -> tuple[tuple[date, Money], ...]:
    payments = body.parts("part_payments", parts_max=PART_PAYMENTS_MAX)
    for payment in payments:
        payment.only("on", "amount_vnd")
    return tuple((payment.day("on"), payment.amount("amount_vnd")) for payment in payments)


def _read_facts(values: Mapping[str, object]) -> Facts:
    facts = read_fine(values)
    kept: dict[str, object] = {
        "fine_vnd": facts.fine.vnd,
        "issued_on": facts.issued_on.isoformat(),
        "term_days": facts.term_days,
        "behaviour": facts.behaviour,
        "authority": facts.authority,
        "budget": dict(facts.budget),
        "suspended": [[day.isoformat() for day in period] for period in facts.suspended],
        "part_payments": [
            {"on": day.isoformat(), "amount_vnd": amount.vnd} for day, amount in facts.paid_in_part
        ],
    }
    if facts.received_on is not None:
        kept["received_on"] = facts.received_on.isoformat()
    if facts.record_number is not None:
        kept["record_number"] = facts.record_number
    if facts.deadline_given is not None:
        day, reason = facts.deadline_given
        kept["deadline_override"] = {"date": day.isoformat(), "reason": reason}
    return kept


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> Priced:
    del paid
    fine = read_fine(facts)
    due = deadline(fine, rates=rates)
    late = lateness(fine, due=due, on=on, rates=rates)
    surcharge, statuses = _rounded(late, on=on, rates=rates)
    if fine.deadline_given is None and _is_rest_day(due):
        statuses |= {rates.in_force("fines.deadline_rolls", on=due).status}
    lines = (
        QuoteLine(
            part="fine",
            label=FINE_LABEL,
            rule=FINE_RULE,
            amount=fine.unpaid(on=on),
            base=fine.fine,
            days=0,
            rate="",
            law=FINE_LAW,
            status="CONFIRMED",
            beneficiary=beneficiary,
            budget=_codes(fine.budget, late=False),
        ),
        QuoteLine(
            part="late_surcharge",
            label=LATE_LABEL,
            rule=LATE_RULE,
            amount=surcharge,
            base=fine.unpaid(on=due),
            days=late.days,
            rate="; ".join(late.rate_texts),
            law=LATE_LAW,
            status=least_sure(statuses),
            beneficiary=beneficiary,
            budget=_codes(fine.budget, late=True),
        ),
    )
    return Priced(due, tuple(line for line in lines if line.amount > ZERO))


def _rounded(late: Lateness, *, on: date, rates: Rates) -> tuple[Money, frozenset[str]]:
    """Return the surcharge rounded half up once, and how sure each number in it is."""
    if late.exact == 0:
        return ZERO, late.statuses
    rate = rates.in_force("fines.surcharge_unit_dong", on=on)
    units = late.exact / rate.whole
    rounded = Money(1).share(parts=units.numerator, of=units.denominator)
    statuses = late.statuses if units.denominator == 1 else late.statuses | {rate.status}
    return Money(rounded.vnd * rate.whole), statuses


def _codes(budget: Mapping[str, str], *, late: bool) -> Mapping[str, str]:
    """Return the codes of a line; the surcharge has the fine's sub-item unless told otherwise."""
    codes = {field: code for field, code in budget.items() if field != "late_sub_item"}
    if late and "late_sub_item" in budget:
        codes["sub_item"] = budget["late_sub_item"]
    return codes


def _is_rest_day(day: date) -> bool:
    return day.weekday() >= _SATURDAY


def _purpose(facts: Facts, number: str) -> str:
    fine = read_fine(facts)
    return f"Nộp phạt quyết định {number} ngày {fine.issued_on:%d/%m/%Y}, {fine.authority}"


def _title(facts: Facts) -> str:
    return read_fine(facts).behaviour


def _authority(facts: Facts) -> str:
    return read_fine(facts).authority


def _dated_on(facts: Facts) -> date:
    return read_fine(facts).issued_on


KIND = ObligationKind(
    code="traffic_fine",
    name=NAME,
    second_facts=frozenset({SecondFact.DECIDED_ON, SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    dated_on=_dated_on,
    texts=(FINE_LABEL, FINE_RULE, LATE_LABEL, LATE_RULE),
)
