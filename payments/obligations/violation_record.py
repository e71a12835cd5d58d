"""A violation record: it can be found, but nothing may be collected before there is a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NoReturn

from payments.errors import NotPayable
from payments.obligations.body import Body
from payments.obligations.contract import Facts, ObligationKind, PaidPart, SecondFact, Sort
from payments.obligations.rates import Rates

NAME = "Biên bản vi phạm hành chính"

_FIELDS: Final = ("behaviour", "authority")


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What a violation record says, '' where the provider does not; it is dated as pushed."""

    behaviour: str
    authority: str


def read_record(values: Mapping[str, object]) -> RecordFacts:
    """Return a record's facts, or refuse the field that cannot be right.

    Raises:
        InputRefused: a field is unknown or of the wrong type.
    """
    body = Body(values)
    body.only(*_FIELDS)
    return RecordFacts(
        behaviour=body.text("behaviour") if body.has("behaviour") else "",
        authority=body.text("authority") if body.has("authority") else "",
    )


def _read_facts(values: Mapping[str, object]) -> Facts:
    record = read_record(values)
    kept = {"behaviour": record.behaviour, "authority": record.authority}
    return {field: text for field, text in kept.items() if text}


def _price(
    facts: Facts, *, beneficiary: str, on: date, rates: Rates, paid: Sequence[PaidPart]
) -> NoReturn:
    del facts, beneficiary, on, rates, paid
    raise NotPayable("a violation record is not a decision: nothing may be collected on it")


def _purpose(facts: Facts, number: str) -> str:
    del facts
    return number


def _title(facts: Facts) -> str:
    return read_record(facts).behaviour


def _authority(facts: Facts) -> str:
    return read_record(facts).authority


KIND = ObligationKind(
    code="violation_record",
    name=NAME,
    sort=Sort.FINE,
    second_facts=frozenset({SecondFact.DECIDED_ON, SecondFact.SUBJECT}),
    read_facts=_read_facts,
    price=_price,
    purpose=_purpose,
    title=_title,
    authority=_authority,
    texts=(),
    is_payable=False,
)
