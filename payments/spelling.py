"""Letters that are not what they look like, and signs nobody can see: named with their place."""

import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, TypeGuard

import orjson

from payments.errors import InputRefused

_CYRILLIC: Final = (
    "\u0410\u0412\u0421\u0415\u041d\u0406\u0408\u041a\u041c\u041e\u0420\u0405"
    "\u0422\u0425\u0423\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458"
    "\u0455"
)
_CYRILLIC_LATIN: Final = "ABCEHIJKMOPSTXYaeopcyxijs"
_GREEK: Final = (
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4"
    "\u03a5\u03a7\u03bf\u03b1"
)
_GREEK_LATIN: Final = "ABEZHIKMNOPTYXoa"
LOOK_ALIKES: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip(_CYRILLIC + _GREEK, _CYRILLIC_LATIN + _GREEK_LATIN, strict=True))
)
"""Cyrillic and Greek letters by the Latin one they are taken for."""

_COMPARED: Final = frozenset({"plate", "personal_id", "phone"})
_D_TWINS: Final = frozenset("ĐđÐð")
_LETTERS: Final = frozenset("LMN")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def check_seen(text: str, *, field: str) -> None:
    """Refuse a text with a control character, a mark of direction, or a sign of no width.

    Raises:
        InputRefused: with the place of the first one, counted from 1.
    """
    if text.isprintable():
        return
    for place, sign in enumerate(text, start=1):
        if unicodedata.category(sign) in _UNSEEN:
            raise InputRefused(
                field=field, reason=f"has a character nobody can see, {_code(sign)}, at {place}"
            )


def check_latin(text: str, *, field: str) -> None:
    """Refuse what is neither a letter of Vietnamese nor a digit 0 to 9 but looks like one.

    Raises:
        InputRefused: with the place of the first one, counted from 1, and what was meant.
    """
    check_seen(text, field=field)
    if text.isascii():
        return
    for place, sign in enumerate(unicodedata.normalize("NFC", text), start=1):
        if sign.isascii() or unicodedata.category(sign)[0] not in _LETTERS:
            continue
        if sign in _D_TWINS or unicodedata.normalize("NFD", sign)[0].isascii():
            continue
        meant = LOOK_ALIKES.get(sign) or unicodedata.normalize("NFKC", sign)
        hint = f" where {meant} is meant" if meant.isascii() else ""
        raise InputRefused(field=field, reason=f"has {_named(sign)} at {place}{hint}")


def check_compared(*, subject: str, personal: Mapping[str, str]) -> None:
    """Refuse what people compare by eye and nobody could tell apart by eye.

    Raises:
        InputRefused: naming the subject or the personal field.
    """
    check_latin(subject, field="subject")
    for name, value in personal.items():
        check = check_latin if name in _COMPARED else check_seen
        check(value, field=f"personal.{name}")


def check_all_seen(facts: Mapping[str, object], *, field: str) -> None:
    """Refuse a sign nobody can see in any text inside an object of plain JSON.

    Raises:
        InputRefused: naming the field it stands in.
    """
    # Nearly always there is none, and one look at the whole finds that out soonest.
    whole = orjson.dumps(facts, default=dict).decode()
    if "\\" in whole or not whole.isprintable():
        _check_inside(facts, field=field)


def _check_inside(value: object, *, field: str) -> None:
    if isinstance(value, str):
        check_seen(value, field=field)
    elif _is_object(value):
        for name, inner in value.items():
            _check_inside(inner, field=f"{field}.{name}")
    elif _is_list(value):
        for at, inner in enumerate(value):
            _check_inside(inner, field=f"{field}[{at}]")


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping)


def _is_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)


def _named(sign: str) -> str:
    return f"{unicodedata.name(sign, 'a letter without a name')} ({_code(sign)})"


def _code(sign: str) -> str:
    return f"U+{ord(sign):04X}"
