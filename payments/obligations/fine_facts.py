"""What a penalty decision says, read from what an authority pushed."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final

from ledger.money import Money, total
from payments.obligations.body import Body

TERM_DAYS_MAX: Final = 365
SUSPENDED_MAX: Final = 20
PART_PAYMENTS_MAX: Final = 10
VIOLATIONS_MAX: Final = 20
INSTALMENTS_MAX: Final = 12
"""More than any law allowed; what the law allows is checked where a plan is decided."""


class Person(enum.StrEnum):
    """Whom a decision is against: limits of deferral and instalments differ."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Violation:
    """One act a decision punishes: the provision, its words, and its own fine."""

    article: str
    text: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of a fine that may be paid until its own last day."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class FineFacts:
    """What a decision says.

    `received_on` is None when no receipt can be proven. `deadline_given` overrides every rule and
    stands with its reason. `suspended` periods and `paid_in_part` days include their ends.
    `instalments` come to the fine less `paid_in_part`; from `instalments_from` on, None for the day
    after the deadline, only an instalment missed bears a surcharge. `person` is None where the
    decision does not say.
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
    person: Person | None = None
    violations: tuple[Violation, ...] = ()
    instalments: tuple[Instalment, ...] = ()
    instalments_from: date | None = None

    def unpaid(self, *, on: date) -> Money:
        """Return the fine less what was paid by that day's end; never the surcharge."""
        return self.fine - total(amount for day, amount in self.paid_in_part if day <= on)

    def is_suspended(self, day: date) -> bool:
        """Say whether the clock stands still that day: deferral, review."""
        return any(first <= day <= last for first, last in self.suspended)


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
        person=_person(body),
        violations=_violations(body),
        instalments=_instalments(body),
        instalments_from=body.day("instalments_from") if body.has("instalments_from") else None,
    )
    _refuse_contradictions(body, facts)
    return facts


def kept_fine(facts: FineFacts) -> dict[str, object]:
    """Return a decision's facts as they are kept: what `read_fine` reads to the same facts."""
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
    if facts.person is not None:
        kept["person"] = facts.person.value
    if facts.violations:
        kept["violations"] = [
            {"article": each.article, "text": each.text, "amount_vnd": each.amount.vnd}
            for each in facts.violations
        ]
    if facts.instalments:
        kept["instalments"] = [
            {"due_on": each.due_on.isoformat(), "amount_vnd": each.amount.vnd}
            for each in facts.instalments
        ]
    if facts.instalments_from is not None:
        kept["instalments_from"] = facts.instalments_from.isoformat()
    return kept


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
    "person",
    "violations",
    "instalments",
    "instalments_from",
)


def _refuse_contradictions(body: Body, facts: FineFacts) -> None:
    if facts.received_on is not None and facts.received_on < facts.issued_on:
        raise body.refused("received_on", reason="is before the decision was issued")
    if facts.deadline_given is not None and facts.deadline_given[0] < facts.issued_on:
        raise body.refused("deadline_override.date", reason="is before the decision was issued")
    paid_in_part = total(amount for _, amount in facts.paid_in_part)
    if paid_in_part > facts.fine:
        raise body.refused("part_payments", reason="are more than the fine")
    if facts.violations and total(each.amount for each in facts.violations) != facts.fine:
        raise body.refused("violations", reason="do not come to the fine")
    if facts.instalments_from is not None and not facts.instalments:
        raise body.refused("instalments_from", reason="stands without instalments")
    if facts.instalments:
        _refuse_broken_plan(body, facts, owed=facts.fine - paid_in_part)


def _refuse_broken_plan(body: Body, facts: FineFacts, *, owed: Money) -> None:
    if total(each.amount for each in facts.instalments) != owed:
        raise body.refused("instalments", reason="do not come to the fine less its part payments")
    if facts.instalments[0].due_on < facts.issued_on:
        raise body.refused("instalments[0].due_on", reason="is before the decision was issued")
    for at, (earlier, later) in enumerate(pairwise(facts.instalments), start=1):
        if later.due_on <= earlier.due_on:
            raise body.refused(f"instalments[{at}].due_on", reason="is not after the one before")


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


def _person(body: Body) -> Person | None:
    if not body.has("person"):
        return None
    text = body.text("person")
    if text not in set(Person):
        raise body.refused("person", reason="is individual or organisation")
    return Person(text)


def _violations(body: Body) -> tuple[Violation, ...]:
    found = body.parts("violations", parts_max=VIOLATIONS_MAX)
    for each in found:
        each.only("article", "text", "amount_vnd")
    return tuple(
        Violation(each.text("article"), each.text("text"), each.amount("amount_vnd"))
        for each in found
    )


def _instalments(body: Body) -> tuple[Instalment, ...]:
    found = body.parts("instalments", parts_max=INSTALMENTS_MAX)
    for each in found:
        each.only("due_on", "amount_vnd")
    return tuple(Instalment(each.day("due_on"), each.amount("amount_vnd")) for each in found)
