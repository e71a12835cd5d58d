"""Shapes of settings that a type alone cannot say."""

from typing import Annotated

from pydantic import AfterValidator, AnyHttpUrl, SecretStr, TypeAdapter

_HTTP_URL = TypeAdapter(AnyHttpUrl)
_KEY_BYTES = 32


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


Address = Annotated[str, AfterValidator(an_address)]
Key32 = Annotated[SecretStr, AfterValidator(of_32_bytes)]
