"""What an authority changes about what it pushed, and what became of it."""

import enum
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Final

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligation import NewObligation, Obligation, normalised_number
from payments.obligations.contract import Facts
from payments.obligations.rates import Rates
from payments.obligations.registry import KINDS
from payments.spelling import check_all_seen, check_compared

CHANGES_MAX: Final = 1_000
REASON_MAX: Final = 500
DOCUMENT_MAX: Final = 100


class ChangeAct(enum.StrEnum):
    """What an authority may decide about an obligation it pushed."""

    CORRECT = "correct"  # đính chính, sửa đổi: other facts
    DEFER = "defer"  # hoãn thi hành: days that count for nothing
    INSTALMENTS = "instalments"  # nộp phạt nhiều lần
    CANCEL = "cancel"  # hủy bỏ: nothing is owed
    SUPERSEDE = "supersede"  # a new decision takes its place


class ChangeOutcome(enum.StrEnum):
    """What became of one change."""

    CHANGED = "changed"
    SAME_AGAIN = "same_again"  # done before under the same document, word for word
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    STALE = "stale"  # the obligation is at another version than the change expects


@dataclass(frozen=True, slots=True)
class Instalment:
    """One part of what is owed, and the last day it may be paid without a surcharge."""

    due_on: date
    amount: Money


@dataclass(frozen=True, slots=True)
class ObligationChange:
    """One change of one obligation, on the ground of a document of the authority.

    `number` is as pushed. An act with one document happens once, however often it is sent.
    `version` is the one the authority believes to be current, None for whichever is. What is None
    stays as it is: CORRECT takes `facts` (whole, not parts), `personal` (whole), `subject`,
    `decided_on`, `beneficiary`; DEFER takes `period`, first and last day; INSTALMENTS takes
    `instalments`; both take `decided_on` for the day they were granted, today where None; SUPERSEDE
    takes `successor`, a new number of the same kind. `by` says who sent it, '' for the provider.
    """

    provider: str
    kind: str
    number: str
    act: ChangeAct
    reason: str
    document: str
    version: int | None = None
    facts: Mapping[str, object] | None = None
    personal: Mapping[str, str] | None = None
    subject: str | None = None
    decided_on: date | None = None
    beneficiary: str | None = None
    period: tuple[date, date] | None = None
    instalments: tuple[Instalment, ...] | None = None
    successor: NewObligation | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class ChangeVerdict:
    """What became of one change.

    `version` is where the obligation stands by now, None where there is none. `field` and `reason`
    are '' unless refused or stale. `successor_id` is the obligation that took its place.
    """

    number: str
    outcome: ChangeOutcome
    version: int | None = None
    field: str = ""
    reason: str = ""
    successor_id: int | None = None


_CORRECTABLE: Final = frozenset({"facts", "personal", "subject", "decided_on", "beneficiary"})
_NEEDED: Final[Mapping[ChangeAct, frozenset[str]]] = {
    ChangeAct.CORRECT: frozenset(),
    ChangeAct.DEFER: frozenset({"period"}),
    ChangeAct.INSTALMENTS: frozenset({"instalments"}),
    ChangeAct.CANCEL: frozenset(),
    ChangeAct.SUPERSEDE: frozenset({"successor"}),
}
_ALLOWED: Final[Mapping[ChangeAct, frozenset[str]]] = {
    ChangeAct.CORRECT: _CORRECTABLE,
    ChangeAct.DEFER: frozenset({"period", "decided_on"}),
    ChangeAct.INSTALMENTS: frozenset({"instalments", "decided_on"}),
    ChangeAct.CANCEL: frozenset(),
    ChangeAct.SUPERSEDE: frozenset({"successor"}),
}
_CONTENT: Final = frozenset[str]().union(*_ALLOWED.values())


def identity_of(change: ObligationChange) -> tuple[str, str, str]:
    """Return what its obligation is unique by: provider, kind, normalised number."""
    return change.provider, change.kind, normalised_number(change.number)


def checked_change(change: ObligationChange) -> ObligationChange:
    """Return a change with its texts in NFC, or refuse the field that cannot be right.

    Raises:
        InputRefused: naming the field.
    """
    normalised_number(change.number)
    if change.kind not in KINDS:
        raise InputRefused(field="kind", reason="is not a kind of obligation known here")
    given = {name for name in _CONTENT if getattr(change, name) is not None}
    for name in sorted(given - _ALLOWED[change.act]):
        raise InputRefused(field=name, reason=f"does not belong to {change.act}")
    for name in sorted(_NEEDED[change.act] - given):
        raise InputRefused(field=name, reason="is missing")
    if change.act is ChangeAct.CORRECT and not given:
        raise InputRefused(field="facts", reason="is missing: nothing is corrected")
    if change.successor is not None and change.successor.kind != change.kind:
        raise InputRefused(field="successor.kind", reason="is another kind than before")
    check_compared(subject=change.subject or "", personal=change.personal or {})
    return replace(
        change,
        reason=_text("reason", change.reason, length_max=REASON_MAX),
        document=_text("document", change.document, length_max=DOCUMENT_MAX),
    )


def changed_facts(
    obligation: Obligation, change: ObligationChange, *, granted_on: date, rates: Rates
) -> Facts:
    """Return the facts that a change leaves.

    Raises:
        InputRefused: they cannot be right, or the law of `granted_on` does not allow them.
    """
    kind = KINDS[obligation.kind]
    facts = obligation.facts
    if change.facts is not None:
        facts = change.facts
    if change.period is not None:
        if kind.deferred is None:
            raise InputRefused(field="act", reason="is not known for this kind")
        first, last = change.period
        facts = kind.deferred(facts, first=first, last=last, granted_on=granted_on, rates=rates)
    if change.instalments is not None:
        if kind.in_instalments is None:
            raise InputRefused(field="act", reason="is not known for this kind")
        parts = [(each.due_on, each.amount) for each in change.instalments]
        facts = kind.in_instalments(facts, parts=parts, granted_on=granted_on, rates=rates)
    if facts is obligation.facts:
        return facts
    try:
        read = kind.read_facts(facts)
    except InputRefused as problem:
        raise InputRefused(field=f"facts.{problem.field}", reason=problem.reason) from problem
    check_all_seen(read, field="facts")
    return read


def digest_of(change: ObligationChange, *, key: bytes) -> bytes:
    """Return what tells two changes under one document apart, and nothing else of them.

    Personal data is part of it, so nobody without the key can try what it was made of.
    """
    said = asdict(replace(change, number=normalised_number(change.number), version=None, by=""))
    text = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def _text(field: str, value: str, *, length_max: int) -> str:
    text = unicodedata.normalize("NFC", value).strip()
    if not 0 < len(text) <= length_max or not text.isprintable():
        raise InputRefused(field=field, reason=f"has 1 to {length_max} printable characters")
    return text
