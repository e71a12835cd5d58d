"""Personal data sealed for one row, and found again without being readable."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
INDEX_BYTES: Final = 16
KEY_ID_MAX: Final = 40

_VERSION = b"\x01"
_NOBODY: Final = bytes(INDEX_BYTES)


@dataclass(frozen=True, slots=True, repr=False)
class PersonalDataKeys:
    """Keys of 32 bytes: `encryption_key` seals under `key_id`, `index_key` finds.

    `retired_keys` by key id open what they sealed: keys of before, and the one that comes next.
    `other_index_keys` are asked as well: rows may still stand under an index key of before, or
    already under the next one.
    """

    key_id: str
    encryption_key: bytes
    index_key: bytes
    retired_keys: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    other_index_keys: Sequence[bytes] = ()

    def __post_init__(self) -> None:
        """Refuse keys that cannot work.

        Raises:
            ValueError: a key has the wrong length, or two have one name.
        """
        keys = (self.encryption_key, *self.index_keys, *self.retired_keys.values())
        if any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"personal data keys have {KEY_BYTES} bytes")
        if self.key_id in self.retired_keys:
            raise ValueError(f"the key {self.key_id} is current and retired at once")
        for key_id in (self.key_id, *self.retired_keys):
            if not (0 < len(key_id) <= KEY_ID_MAX and key_id.isascii()):
                raise ValueError(f"a key id has 1 to {KEY_ID_MAX} ASCII characters")

    def __repr__(self) -> str:
        """Name the key ids only."""
        return f"PersonalDataKeys(key_id={self.key_id!r}, retired={sorted(self.retired_keys)})"

    @property
    def index_keys(self) -> tuple[bytes, ...]:
        """Return every index key known here, the one new rows stand under first."""
        return (self.index_key, *self.other_index_keys)

    def opening(self, key_id: str) -> bytes | None:
        """Return the key that opens what was sealed under a key id, None when unknown."""
        return self.encryption_key if key_id == self.key_id else self.retired_keys.get(key_id)


def seal(keys: PersonalDataKeys, personal: Mapping[str, str], *, place: str, nonce: bytes) -> bytes:
    """Return the fields readable only with the key and only in their place.

    `place` names table, column and row. `nonce` is random and never used twice with a key.

    Raises:
        ValueError: the nonce has the wrong length.
    """
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    key_id = keys.key_id.encode("ascii")
    head = _VERSION + bytes([len(key_id)]) + key_id
    plain = orjson.dumps(dict(personal), option=orjson.OPT_SORT_KEYS)
    cipher = AESGCM(keys.encryption_key)
    return head + nonce + cipher.encrypt(nonce, plain, head + place.encode("utf-8"))


def unseal(keys: PersonalDataKeys, sealed: bytes, *, place: str) -> dict[str, str]:
    """Return the fields sealed in this place.

    Raises:
        ValueError: the bytes were altered, moved from elsewhere, or sealed with an unknown key.
    """
    length = sealed[1] if len(sealed) > 1 else 0
    head, rest = sealed[: 2 + length], sealed[2 + length :]
    key = keys.opening(head[2:].decode("ascii", "replace"))
    if head[:1] != _VERSION or key is None or len(rest) < NONCE_BYTES:
        raise ValueError("personal data sealed with a key or in a form not known here")
    nonce, cipher_text = rest[:NONCE_BYTES], rest[NONCE_BYTES:]
    try:
        plain = AESGCM(key).decrypt(nonce, cipher_text, head + place.encode("utf-8"))
    except InvalidTag as problem:
        raise ValueError("personal data altered, or moved from another row") from problem
    fields: dict[str, Any] = orjson.loads(plain)
    return {name: str(value) for name, value in fields.items()}


def key_id_of(sealed: bytes) -> str:
    """Return the id of the key something is sealed with, '' where it names none."""
    length = sealed[1] if len(sealed) > 1 else 0
    return sealed[2 : 2 + length].decode("ascii", "replace")


def person_index(keys: PersonalDataKeys, *, personal_id: str) -> bytes:
    """Return what finds all that one person owes, for that person alone to ask.

    `personal_id` is normalised; no key leads back from the index to it.
    """
    return index_of(keys.index_key, person_text(personal_id))


def person_indexes(keys: PersonalDataKeys, *, personal_id: str) -> tuple[bytes, ...]:
    """Return what finds a person under each index key, while rows move from one to another."""
    return tuple(index_of(key, person_text(personal_id)) for key in keys.index_keys)


def blind_index(keys: PersonalDataKeys, *, number: str, subject: str) -> bytes:
    """Return what finds a subject under one number.

    The number is part of it, so that equal plates of two rows cannot be seen to be equal.
    """
    return index_of(keys.index_key, blind_text(number=number, subject=subject))


def blind_indexes(keys: PersonalDataKeys, *, number: str, subject: str) -> tuple[bytes, ...]:
    """Return what finds a subject under each index key, while rows move from one to another."""
    text = blind_text(number=number, subject=subject)
    return tuple(index_of(key, text) for key in keys.index_keys)


def person_text(personal_id: str) -> str:
    """Return what the index of a person is made of."""
    return f"person:{personal_id}"


def blind_text(*, number: str, subject: str) -> str:
    """Return what the index of a subject under a number is made of."""
    # A length before the first part keeps two pairs from ever making the same text.
    return f"{len(number)}:{number}:{subject}"


def index_of(index_key: bytes, text: str) -> bytes:
    """Return the index of a text under one key."""
    return hmac.digest(index_key, text.encode(), "sha256")[:INDEX_BYTES]


def is_among(index: bytes | None, wanted: Sequence[bytes]) -> bool:
    """Say whether an index is one of those wanted; all are compared, whichever fits."""
    found = False
    for each in wanted:
        # `|` and not `or`: time tells nothing of which one fitted.
        found |= hmac.compare_digest(index or _NOBODY, each)
    return found
