"""Shapes of settings that a type alone cannot say."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, AnyHttpUrl, Field, SecretStr, TypeAdapter

_HTTP_URL = TypeAdapter(AnyHttpUrl)
_KEY_BYTES = 32
_NAME: Final = re.compile(r"[a-z][a-z0-9.-]{1,29}")
_SESSION: Final = re.compile(r"[0-9a-f]{12}|unknown")
"""How audit records name who came with the shared key, and who came with none."""


def an_address(text: str) -> str:
    """Return an http or https address without a slash at its end.

    Raises:
        ValueError: it is none.
    """
    return str(_HTTP_URL.validate_python(text)).rstrip("/")


def of_32_bytes(text: SecretStr) -> SecretStr:
    """Return a key that is written as 64 hexadecimal digits.

    Raises:
        ValueError: it is not; the text is not repeated.
    """
    try:
        size = len(bytes.fromhex(text.get_secret_value()))
    except ValueError:
        size = 0
    if size != _KEY_BYTES:
        raise ValueError("must be 64 hexadecimal digits (32 bytes)")
    return text


def a_staff_name(text: str) -> str:
    """Return the name of a person of the staff, as audit records will say it for ever.

    Raises:
        ValueError: it is none, or could be taken for a session of the shared key.
    """
    if not _NAME.fullmatch(text):
        raise ValueError("a name is 2 to 30 of a-z, 0-9, dot and dash, a letter first")
    if _SESSION.fullmatch(text):
        raise ValueError("a name cannot look like a session without one")
    return text


def each_their_own(keys: dict[str, str]) -> dict[str, str]:
    """Return keys by the name of a person.

    Raises:
        ValueError: two share one, so that one of them could act as two.
    """
    if len(set(keys.values())) < len(keys):
        raise ValueError("two people have the same key")
    return keys


Address = Annotated[str, AfterValidator(an_address)]
Key32 = Annotated[SecretStr, AfterValidator(of_32_bytes)]
PublicKey32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
StaffName = Annotated[str, AfterValidator(a_staff_name)]
StaffKeys = Annotated[
    dict[StaffName, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]],
    AfterValidator(each_their_own),
]
