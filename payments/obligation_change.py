"""What an authority changes about what it pushed, and what became of it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.money import Money
from payments.obligation import NewObligation

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
    `instalments`; SUPERSEDE takes `successor`, a new number of the same provider and kind. `by`
    says who sent it, '' for the provider itself.
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
