"""Payment and refund numbers: twelve signs to read out and write down, one checking the others."""

from typing import Final

ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two signs: digits and capitals without 0, O, 1 and I."""

PREFIX: Final = "NP"
REFUND_PREFIX: Final = "RF"
LENGTH: Final = 12
BITS: Final = 45
"""How many random bits a number carries."""

_VALUES: Final = {sign: value for value, sign in enumerate(ALPHABET)}
_FREE: Final = LENGTH - len(PREFIX) - 1
_SPACES: Final = str.maketrans("", "", " -\u00a0\u2009\u2010\u2011\u2012\u2013\t\r\n")


def payment_number(bits: int) -> str:
    """Return the number of some random bits, of which the lowest `BITS` count.

    Raises:
        ValueError: `bits` is below zero.
    """
    return _number(PREFIX, bits)


def refund_number(bits: int) -> str:
    """Return the number of a refund, made like a payment's.

    Raises:
        ValueError: `bits` is below zero.
    """
    return _number(REFUND_PREFIX, bits)


def is_payment_number(text: str) -> bool:
    """Say whether a normalised text has the shape of a number and its check sign fits."""
    return _is_number(PREFIX, text)


def is_refund_number(text: str) -> bool:
    """Say whether a normalised text has the shape of a refund's number and its sign fits."""
    return _is_number(REFUND_PREFIX, text)


def normalised(text: str) -> str:
    """Return a number as people type it, without spaces and dashes, in capitals."""
    return text.translate(_SPACES).upper()


def _number(prefix: str, bits: int) -> str:
    if bits < 0:
        raise ValueError("random bits are not below zero")
    free = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_FREE)))
    body = prefix + free
    return body + ALPHABET[_check(body)]


def _is_number(prefix: str, text: str) -> bool:
    return (
        len(text) == LENGTH
        and text.startswith(prefix)
        and all(sign in _VALUES for sign in text)
        and _VALUES[text[-1]] == _check(text[:-1])
    )


def _check(body: str) -> int:
    """Return the value that makes the weighted sum of all signs vanish.

    The weights are different powers of 2 in the field of 32 elements, so one wrong sign, or two
    that changed places, can never leave the sum at zero.
    """
    total = 0
    for sign in body:
        total = _doubled(total ^ _VALUES[sign])
    return total


def _doubled(value: int) -> int:
    """Return twice a value in the field of 32 elements, whose polynomial is x^5 + x^2 + 1."""
    return (value << 1) ^ (0b100101 if value & 16 else 0)
