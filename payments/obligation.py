"""What somebody owes, as a provider pushed it and as it is kept."""

import enum
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from payments.errors import InputRefused
from payments.obligations.contract import PaidPart

NUMBER_MAX: Final = 100
PERSONAL_FIELDS: Final = frozenset({"name", "plate", "personal_id", "phone", "address"})
PERSONAL_MAX: Final = 200

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d\u00ad-]+")
PLATE_MIN: Final = 5
SUBJECT_MIN: Final = 4
"""The last digits of an identity paper are the shortest second fact there is."""

_PAST: Final = ("issued_on", "received_on")
_ID_SHAPE = re.compile(r"[0-9]{9}|[0-9]{12}")
_CODE_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class ObligationStatus(enum.StrEnum):
    """Whether an obligation can still be paid."""

    OPEN = "open"
    PAID = "paid"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"  # another decision took its place; what was paid counts there


@dataclass(frozen=True, slots=True)
class NewObligation:
    """One obligation as a provider pushes it.

    `number` is opaque and unique per provider and kind. `subject` is the second fact a person
    must know: the plate or the last digits of an identity paper, '' where there is none. The last
    four digits of `personal["personal_id"]` serve as well. `personal` fields are kept sealed;
    `beneficiary` is the code of a registered account.
    """

    provider: str
    kind: str
    number: str
    decided_on: date | None
    subject: str
    personal: Mapping[str, str]
    facts: Mapping[str, object]
    beneficiary: str


@dataclass(frozen=True, slots=True)
class Obligation:
    """One obligation as it is kept.

    `number` is normalised, `number_shown` as pushed. The indexes and `sealed` are None where there
    was no subject and no personal data: `subject_index` finds the plate or digits, `other_index`
    the last digits of the personal id, `person_index` all that one person owes. `version` counts
    from 1, `changed_at` is None at version 1, `confirmed_at` when the provider last said the same
    again. `successor_id` is the newest decision in its place. `paid` is what counts towards it,
    with parts below zero for what went back since.
    """

    obligation_id: int
    provider: str
    kind: str
    number: str
    number_shown: str
    decided_on: date | None
    subject_index: bytes | None
    sealed: bytes | None
    facts: Mapping[str, object]
    beneficiary: str
    status: ObligationStatus
    pushed_at: datetime
    other_index: bytes | None = None
    person_index: bytes | None = None
    version: int = 1
    changed_at: datetime | None = None
    confirmed_at: datetime | None = None
    successor_id: int | None = None
    paid: tuple[PaidPart, ...] = ()

    @property
    def heard_at(self) -> datetime:
        """Return when the provider last said that this is what is owed."""
        return max(filter(None, (self.pushed_at, self.changed_at, self.confirmed_at)))

    @property
    def sealed_place(self) -> str:
        """Return the place its personal data is sealed for."""
        return sealed_place(provider=self.provider, kind=self.kind, number=self.number)


def sealed_place(*, provider: str, kind: str, number: str) -> str:
    """Return the name of the place one obligation's personal data stands in."""
    return f"payments.obligation/sealed/{provider}/{kind}/{number}"


def checked_number(text: str) -> str:
    """Return a number as it will be shown, in NFC.

    Raises:
        InputRefused: it is empty, too long, or has signs nobody can see.
    """
    shown = unicodedata.normalize("NFC", text).strip()
    if not 0 < len(shown) <= NUMBER_MAX or not shown.isprintable():
        raise InputRefused(field="number", reason=f"has 1 to {NUMBER_MAX} printable characters")
    return shown


def normalised_number(text: str) -> str:
    """Return a number as it is compared: no spaces, one kind of dash, capitals, Đ as D.

    Raises:
        InputRefused: nothing is left, or it is longer than any number.
    """
    number = _DASHES.sub("-", _plain(text))
    if not 0 < len(number) <= NUMBER_MAX:
        raise InputRefused(field="number", reason=f"has 1 to {NUMBER_MAX} characters")
    return number


def normalised_subject(text: str) -> str:
    """Return a plate or digits as they are compared: letters and digits only, Đ as D.

    Raises:
        InputRefused: it is longer than any plate or identity number.
    """
    subject = "".join(sign for sign in _plain(text) if sign.isalnum())
    if len(subject) > 20:
        raise InputRefused(field="subject", reason="has at most 20 letters and digits")
    return subject


def checked_subject(text: str) -> str:
    """Return a second fact as it is compared, '' where there is none.

    Raises:
        InputRefused: it is no plate and not the last digits of an identity paper.
    """
    subject = normalised_subject(text)
    if text and not _is_plausible(subject, least=SUBJECT_MIN):
        raise InputRefused(field="subject", reason="is a plate or the last 4 digits of a paper")
    return subject


def check_past(facts: Mapping[str, object], *, decided_on: date | None, today: date) -> None:
    """Refuse a day of something done that is yet to come; both days are of Vietnam.

    Raises:
        InputRefused: naming the first one.
    """
    if decided_on is not None and decided_on > today:
        raise InputRefused(field="decided_on", reason=f"is after today, {today}")
    for field in _PAST:
        day = facts.get(field)
        if isinstance(day, str) and date.fromisoformat(day) > today:
            raise InputRefused(field=f"facts.{field}", reason=f"is after today, {today}")


def checked_code(text: str, *, field: str) -> str:
    """Return a provider's or account's code.

    Raises:
        InputRefused: it is not a short code of letters, digits, dot, dash, underscore.
    """
    if not _CODE_SHAPE.fullmatch(text):
        raise InputRefused(
            field=field, reason="is a code of letters, digits, dot, dash, underscore"
        )
    return text


def checked_personal(personal: Mapping[str, str]) -> dict[str, str]:
    """Return personal fields in NFC.

    Raises:
        InputRefused: a field is unknown, empty, too long or has control characters, a plate is
            none, or an identity number has not 9 or 12 digits.
    """
    checked: dict[str, str] = {}
    for field, value in personal.items():
        text = unicodedata.normalize("NFC", value).strip()
        if field not in PERSONAL_FIELDS:
            raise InputRefused(field=f"personal.{field}", reason="is not a field here")
        if not 0 < len(text) <= PERSONAL_MAX or not text.isprintable():
            raise InputRefused(
                field=f"personal.{field}", reason=f"has 1 to {PERSONAL_MAX} printable characters"
            )
        checked[field] = text
    plate, personal_id = checked.get("plate"), checked.get("personal_id")
    if plate is not None and not _is_plausible(normalised_subject(plate), least=PLATE_MIN):
        raise InputRefused(field="personal.plate", reason="is not a plate")
    if personal_id is not None and not is_personal_id(personal_id):
        raise InputRefused(field="personal.personal_id", reason="has 9 or 12 digits")
    return checked


def is_personal_id(text: str) -> bool:
    """Say whether this is a Vietnamese identity number, old or new; spaces and dots are not seen.

    Papers of other countries are not kept: their last digits may be the second fact.
    """
    return _ID_SHAPE.fullmatch(normalised_subject(text)) is not None


def masked_name(name: str) -> str:
    """Return the initials, enough to recognise oneself: `N. V. A.`."""
    return " ".join(f"{word[0].upper()}." for word in name.split())


def masked_plate(plate: str) -> str:
    """Return a plate with its middle hidden: `59A-***.21`."""
    series, dash, digits = plate.strip().partition("-")
    if not dash:
        series, digits = plate[:3], plate[3:]
    return f"{series}-***.{digits[-2:]}"


def _is_plausible(subject: str, *, least: int) -> bool:
    return len(subject) >= least and any(sign.isdigit() for sign in subject)


def _plain(text: str) -> str:
    """Return NFC capitals without spaces and invisible signs, Đ (and its Latin twin) as D."""
    capitals = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).upper())
    capitals = capitals.replace("Đ", "D").replace("Ð", "D")
    if capitals.isascii() and capitals.isprintable():
        return capitals.replace(" ", "")
    return "".join(
        sign
        for sign in capitals
        if unicodedata.category(sign) not in {"Zs", "Zl", "Zp", "Cc", "Cf"} or sign == "\u00ad"
    )
