"""What people type from a paper: what is wrong with it, in words, before anything is looked up."""

import unicodedata
from typing import Final

from api.language import Speech
from payments.errors import InputRefused
from payments.obligation import normalised_number, normalised_subject
from payments.spelling import LOOK_ALIKES

ID_LENGTHS: Final = frozenset({9, 12})
"""Digits of identity cards old and new, and of driving licences."""
LAST_DIGITS: Final = 4


def foreign_letter(text: str, speech: Speech) -> str:
    """Return what is wrong with the first letter or digit that only looks Latin, '' if none is."""
    for place, sign in enumerate(unicodedata.normalize("NFC", text), start=1):
        if not sign.isalnum() or sign.isascii() or unicodedata.name(sign, "").startswith("LATIN"):
            continue
        meant = LOOK_ALIKES.get(sign) or unicodedata.normalize("NFKC", sign)
        if meant.isascii():
            return speech.say(
                "Ký tự thứ %(place)s trông giống “%(meant)s” nhưng là một chữ khác. "
                "Hãy xóa và gõ lại “%(meant)s”.",
                place=place,
                meant=meant,
            )
        return speech.say(
            "Ký tự thứ %(place)s không phải chữ cái Latinh hay chữ số. Hãy gõ lại.", place=place
        )
    return ""


def is_number(text: str) -> bool:
    """Say whether a text may be the number of a paper."""
    try:
        return bool(normalised_number(text))
    except InputRefused:
        return False


def second_fact(text: str) -> str | None:
    """Return a plate, or the last digits of an identity number; None when it can be neither.

    Whoever types the whole identity number means its last digits.
    """
    try:
        subject = normalised_subject(text)
    except InputRefused:
        return None
    is_whole_id = subject.isdigit() and len(subject) in ID_LENGTHS
    return subject[-LAST_DIGITS:] if is_whole_id else subject


def last_digits(text: str) -> str | None:
    """Return the last digits of an identity number, None when they are not four, or the whole."""
    fact = second_fact(text)
    is_fact = fact is not None and len(fact) == LAST_DIGITS and fact.isdigit()
    return fact if is_fact else None
