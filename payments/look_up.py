"""Find one obligation by its number and second facts, never by plate or name alone."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.errors import NotPayable
from payments.obligation import (
    Obligation,
    ObligationStatus,
    masked_name,
    masked_plate,
    normalised_number,
    normalised_subject,
)
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.personal_data import INDEX_BYTES, PersonalDataKeys, blind_index, unseal
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.postgres.obligation_rows import (
    candidates,
    first_paid_at,
    locked_until,
    obligations_by_id,
)
from payments.quote import Quote
from payments.quoting import quote
from payments.vietnam_time import vietnam_date

CANDIDATES_MAX: Final = 200
"""Units number their decisions alike; no more than this share a number and a date."""

_NOBODY: Final = bytes(INDEX_BYTES)
_NO_ROW: Final = 0


@dataclass(frozen=True, slots=True)
class Question:
    """What a person types from a paper: number, date and plate or last digits."""

    number: str
    decided_on: date | None
    subject: str


@dataclass(frozen=True, slots=True)
class Found:
    """What may be shown to somebody who knows the facts of one paper.

    `who` and `plate` are masked, '' where unknown. `quote` is None and `total_tomorrow` zero when
    nothing is due: paid (since `paid_on`, in Vietnam) or withdrawn. `being_paid_until` is when the
    time of a payment under way is over, None when there is none; only `open_payment` decides.
    """

    obligation_id: int
    kind: str
    number: str
    decided_on: date | None
    title: str
    authority: str
    who: str
    plate: str
    status: ObligationStatus
    beneficiary: Beneficiary
    quote: Quote | None
    total_tomorrow: Money
    paid_on: date | None
    being_paid_until: datetime | None


@dataclass(frozen=True, slots=True)
class NoDecisionYet:
    """The paper is a violation record, and no decision has followed it."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Nothing there, or a fact is wrong: nobody outside can tell which."""


def look_up(
    tx: Tx, question: Question, *, on: date, keys: PersonalDataKeys, rates: Rates
) -> Found | NoDecisionYet | NoMatch:
    """Answer a question about one paper, priced for a date in Vietnam and the day after.

    A wrong fact and a missing row take the same statements and the same comparisons.

    Raises:
        InputRefused: the number or subject cannot be one.
        RateMissing: a rate the price needs is not known.
    """
    number = normalised_number(question.number)
    wanted = blind_index(keys, number=number, subject=normalised_subject(question.subject))
    near = candidates(
        tx, number=number, decided_on=question.decided_on, candidates_max=CANDIDATES_MAX
    )
    kept = obligations_by_id(tx, _matching(near, wanted))
    obligation = _one_of(list(kept.values()))
    if obligation is not None:
        if KINDS[obligation.kind].is_payable:
            return _found(tx, obligation, on=on, keys=keys, rates=rates)
        if obligation.status is ObligationStatus.OPEN:
            return NoDecisionYet()
    return NoMatch()


def _matching(near: Sequence[tuple[int, bytes, bytes | None]], wanted: bytes) -> list[int]:
    """Return the ids of rows with the wanted index, that of no row when there are none."""
    rows = (*near, (_NO_ROW, _NOBODY, None))
    # Both are always compared, with `|` and not `or`: time tells nothing of which one fitted.
    matching = [
        obligation_id
        for obligation_id, subject, other in rows
        if hmac.compare_digest(subject, wanted) | hmac.compare_digest(other or _NOBODY, wanted)
    ]
    return matching or [_NO_ROW]


def _one_of(matching: Sequence[Obligation]) -> Obligation | None:
    """Return the only one; of several periods of one insured, the first that is open.

    Two papers of two units with all facts equal are no answer.
    """
    periods = sorted(matching, key=lambda each: each.number)
    if len({(each.provider, each.kind) for each in periods}) != 1:
        return None
    if len(periods) > 1 and KINDS[periods[0].kind].typed is None:
        return None
    still_open = [each for each in periods if each.status is ObligationStatus.OPEN]
    return (still_open or periods[-1:])[0]


def _found(
    tx: Tx, obligation: Obligation, *, on: date, keys: PersonalDataKeys, rates: Rates
) -> Found:
    kind = KINDS[obligation.kind]
    personal = (
        unseal(keys, obligation.sealed, place=obligation.sealed_place) if obligation.sealed else {}
    )
    today, tomorrow = (_due(obligation, on=day, rates=rates) for day in (on, on + timedelta(1)))
    paid_at = first_paid_at(tx, obligation.obligation_id)
    accounts = beneficiaries_by_code(tx, {obligation.beneficiary})
    return Found(
        obligation_id=obligation.obligation_id,
        kind=obligation.kind,
        number=obligation.number_shown,
        decided_on=obligation.decided_on,
        title=kind.title(obligation.facts),
        authority=kind.authority(obligation.facts),
        who=masked_name(personal.get("name", "")),
        plate=masked_plate(personal["plate"]) if "plate" in personal else "",
        status=obligation.status,
        beneficiary=accounts[obligation.beneficiary],
        quote=today,
        total_tomorrow=ZERO if tomorrow is None else tomorrow.total,
        paid_on=None if paid_at is None else vietnam_date(paid_at),
        being_paid_until=locked_until(tx, obligation.obligation_id),
    )


def _due(obligation: Obligation, *, on: date, rates: Rates) -> Quote | None:
    """Return what is due, None when nothing is."""
    if obligation.status is not ObligationStatus.OPEN:
        return None
    try:
        return quote(obligation, on=on, rates=rates)
    except NotPayable:
        return None
