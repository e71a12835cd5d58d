"""One row with something sealed, and how it reads under the current keys."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from payments.obligation import normalised_subject
from payments.personal_data import (
    PersonalDataKeys,
    blind_text,
    index_of,
    key_id_of,
    person_text,
    seal,
    unseal,
)
from payments.sealed_person import LAST_DIGITS, SUBJECT, subjects_of
from payments.watch import ADDRESS

RowKey = tuple[int | str, ...]
"""The values of a row's primary key, in order."""


@dataclass(frozen=True, slots=True)
class SealedRow:
    """What one row keeps sealed in `place`, and the indexes that find it, by column.

    `number` is what its blind indexes are made with, '' where there are none. `version` is that of
    the row where it has one: under an equal version the same is said.
    """

    key: RowKey
    place: str
    sealed: bytes | None
    number: str = ""
    version: int = 0
    indexes: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


@dataclass(frozen=True, slots=True)
class Anew:
    """A row as it reads under the current keys.

    `moved` are the columns whose index stood under another key known, `unexplained` those that no
    key known makes of what is sealed: they stay as they are. `is_open` is False for what no key
    known opens; it stays as it is, too.
    """

    before: SealedRow
    sealed: bytes | None
    indexes: Mapping[str, bytes]
    moved: frozenset[str] = frozenset()
    unexplained: frozenset[str] = frozenset()
    is_open: bool = True

    @property
    def is_changed(self) -> bool:
        """Say whether the row reads otherwise than it stands."""
        return bool(self.moved) or self.sealed is not self.before.sealed


def sealed_anew(row: SealedRow, *, keys: PersonalDataKeys, nonce: bytes) -> Anew:
    """Return a row as it reads under the current keys, sealed with `nonce` if it is sealed anew."""
    try:
        said = {} if row.sealed is None else unseal(keys, row.sealed, place=row.place)
    except ValueError:
        return Anew(row, row.sealed, row.indexes, is_open=False)
    indexes: dict[str, bytes] = {}
    moved: set[str] = set()
    unexplained: set[str] = set()
    for column, index in row.indexes.items():
        texts = _TEXTS[column](said, row.number)
        current = _current(index, texts, keys)
        indexes[column] = current or index
        if current is None:
            unexplained.add(column)
        elif current != index:
            moved.add(column)
    sealed = row.sealed
    if sealed is not None and key_id_of(sealed) != keys.key_id:
        sealed = seal(keys, said, place=row.place, nonce=nonce)
    return Anew(row, sealed, indexes, frozenset(moved), frozenset(unexplained))


def _current(index: bytes, texts: Sequence[str], keys: PersonalDataKeys) -> bytes | None:
    """Return the index under the current key of what this one is made of, None if nobody knows."""
    for key in keys.index_keys:
        for text in texts:
            if index_of(key, text) == index:
                return index_of(keys.index_key, text)
    return None


def _subject(said: Mapping[str, str], number: str) -> list[str]:
    return [blind_text(number=number, subject=subject) for subject in subjects_of(said)]


def _last_digits(said: Mapping[str, str], number: str) -> list[str]:
    last = normalised_subject(said.get("personal_id", ""))[-LAST_DIGITS:]
    return [blind_text(number=number, subject=last)] if last else []


def _person(said: Mapping[str, str], _number: str) -> list[str]:
    personal_id = normalised_subject(said.get("personal_id", ""))
    return [person_text(personal_id)] if personal_id else []


def _watched(said: Mapping[str, str], number: str) -> list[str]:
    return [blind_text(number=number, subject=said[SUBJECT])] if SUBJECT in said else []


def _address(said: Mapping[str, str], _number: str) -> list[str]:
    return [blind_text(number=ADDRESS, subject=said["address"].lower())]


_TEXTS: Final[Mapping[str, Callable[[Mapping[str, str], str], list[str]]]] = MappingProxyType(
    {
        "subject_index": _subject,
        "other_index": _last_digits,
        "person_index": _person,
        "fact_index": _watched,
        "address_index": _address,
    }
)
"""What the index in a column may have been made of, by column."""
