"""What is sealed beside an obligation: personal data, and a second fact that is not part of it."""

from collections.abc import Mapping
from typing import Final

from payments.obligation import normalised_subject
from payments.personal_data import PersonalDataKeys, blind_text, index_of

SUBJECT: Final = "subject"
LAST_DIGITS: Final = 4
"""How many digits of a personal id a person types to be believed."""


def to_seal(personal: Mapping[str, str], *, subject: str) -> dict[str, str]:
    """Return what is sealed of a person.

    A second fact that none of the fields holds is sealed beside them: its index could never be made
    again under another key otherwise.
    """
    if subject in {"", *subjects_of(personal)}:
        return dict(personal)
    return {**personal, SUBJECT: subject}


def personal_of(sealed: Mapping[str, str]) -> dict[str, str]:
    """Return the personal data of what was sealed."""
    return {field: value for field, value in sealed.items() if field != SUBJECT}


def subjects_of(sealed: Mapping[str, str]) -> tuple[str, ...]:
    """Return the second facts that may stand in it: one sealed as such, a plate, last digits."""
    personal_id = normalised_subject(sealed.get("personal_id", ""))
    endings = [personal_id[-digits:] for digits in range(LAST_DIGITS, len(personal_id) + 1)]
    plate = normalised_subject(sealed.get("plate", ""))
    return tuple(filter(None, (sealed.get(SUBJECT, ""), plate, *endings)))


def subject_of(
    keys: PersonalDataKeys, sealed: Mapping[str, str], *, number: str, index: bytes | None
) -> str:
    """Return the second fact that an index under any key was made of, '' where nothing says."""
    for subject in subjects_of(sealed):
        text = blind_text(number=number, subject=subject)
        if any(index_of(key, text) == index for key in keys.index_keys):
            return subject
    return ""
