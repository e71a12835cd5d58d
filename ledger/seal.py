"""The seal of a closed day: what stands under it, the note that is signed, proofs to hand out.

The leaves of a day's tree are, in order, the day itself, its entries, and every audit record that
no earlier day holds. Each is a few lines of text, ended by one line feed:

    day 1                                  row 1
    2026-11-20                             4                          place in the tree
    17            days sealed so far       103                        number of the entry or record
    <root before, in hex; zeros at first>  2026-11-20T02:05:00.000000Z
    2             entries                  entry 1                    its canonical form: digest.py,
    0             audit records            ...                        audit_record.py

Over the days stands a second tree, the log, with one leaf each: date, space, root in hex. The note
names both roots; it has the form of a signed checkpoint (C2SP tlog-checkpoint, signed-note), so
that programs which are not ours can check it, too.
"""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final, Literal, NamedTuple, Self, TypedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ledger.merkle import HASH_BYTES, consistency_path, inclusion_path, leaf_hash, root_of

NO_ROOT: Final = bytes(HASH_BYTES)
"""What the first day names as the root before it."""

_ALGORITHM: Final = b"\x01"  # Ed25519, as signed-note numbers it.
_DASH: Final = "\u2014"
_KEY_ID_BYTES: Final = 4


class Leaf(NamedTuple):
    """One leaf: what it is called outside, its first lines, and the canonical form that follows."""

    name: str
    head: bytes
    body: bytes

    @property
    def hash(self) -> bytes:
        """Return what the tree is made of."""
        return leaf_hash(self.head + self.body)


@dataclass(frozen=True, slots=True)
class SealedDay:
    """What stands under one seal; audit records are those numbered after one and through another.

    `sequence` counts sealed days from 1.
    """

    business_date: date
    sequence: int
    previous_root: bytes
    entry_count: int
    audit_count: int
    audit_after: int
    audit_through: int

    @property
    def tree_size(self) -> int:
        """Return how many leaves the day's tree has."""
        return 1 + self.entry_count + self.audit_count

    @property
    def leaf(self) -> Leaf:
        """Return the first leaf, which binds the day to its rows and to the day before."""
        lines = (
            "day 1",
            self.business_date.isoformat(),
            str(self.sequence),
            self.previous_root.hex(),
            str(self.entry_count),
            str(self.audit_count),
        )
        return Leaf("day", ("\n".join(lines) + "\n").encode("ascii"), b"")


@dataclass(frozen=True, slots=True)
class Seal:
    """A day, the root over its leaves, and the log's root over all days up to it."""

    day: SealedDay
    root: bytes
    days_root: bytes
    sealed_at: datetime


def row_leaf(kind: str, *, place: int, row_id: int, recorded_at: str, body: bytes) -> Leaf:
    """Return the leaf of an entry or audit record; `recorded_at` is a time as `instant_text`."""
    head = f"row 1\n{place}\n{row_id}\n{recorded_at}\n".encode("ascii")
    return Leaf(f"{kind} {row_id}", head, body)


def instant_text(instant: datetime) -> str:
    """Return an instant as it is sealed: UTC, to the microsecond."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def day_hashes(roots: Iterable[tuple[date, bytes]]) -> list[bytes]:
    """Return the leaves of the log of days, from dates and roots in order."""
    return [leaf_hash(f"{day.isoformat()} {root.hex()}\n".encode("ascii")) for day, root in roots]


def days_root_of(roots: Iterable[tuple[date, bytes]]) -> bytes:
    """Return the root of the log of days."""
    return root_of(day_hashes(roots))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The half of a seal's key that anyone may have."""

    name: str
    public_key: bytes

    @classmethod
    def read(cls, line: str) -> Self:
        """Return the key that a line spells.

        Raises:
            ValueError: it is not a name, key id and key that belong together.
        """
        name, _, rest = line.strip().partition("+")
        key_id, _, text = rest.partition("+")
        raw = _from_base64(text)
        key = cls(name, raw[1:])
        if raw[:1] != _ALGORITHM or len(key.public_key) != HASH_BYTES or not name:
            raise ValueError("not an Ed25519 verifier key")
        if key_id != key.key_id.hex():
            raise ValueError("the key id is not that of this name and key")
        return key

    @property
    def key_id(self) -> bytes:
        """Return the four bytes that tell keys apart."""
        told = self.name.encode() + b"\n" + _ALGORITHM + self.public_key
        return hashlib.sha256(told).digest()[:_KEY_ID_BYTES]

    @property
    def line(self) -> str:
        """Return the key as text, without a line end."""
        return f"{self.name}+{self.key_id.hex()}+{_base64(_ALGORITHM + self.public_key)}"

    def has_signed(self, note: str) -> bool:
        """Say whether one of a note's signatures is this key's over exactly its text."""
        text, _, signatures = note.partition("\n\n")
        return any(self._is_signature(f"{text}\n", line) for line in signatures.split("\n") if line)

    def _is_signature(self, text: str, line: str) -> bool:
        dash, _, rest = line.partition(" ")
        name, _, mark = rest.partition(" ")
        if dash != _DASH or name != self.name:
            return False
        try:
            raw = _from_base64(mark)
            if raw[:_KEY_ID_BYTES] != self.key_id:
                return False
            public = Ed25519PublicKey.from_public_bytes(self.public_key)
            public.verify(raw[_KEY_ID_BYTES:], text.encode())
        except (ValueError, InvalidSignature):
            return False
        return True


class SealKey:
    """The whole key, which signs notes under a name."""

    def __init__(self, name: str, seed: bytes) -> None:
        """Make the key pair of a secret seed of 32 bytes.

        Raises:
            ValueError: the seed has another length.
        """
        self._private_key = Ed25519PrivateKey.from_private_bytes(seed)
        public = self._private_key.public_key()
        self.verifier: Final = VerifierKey(
            name, public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        )

    def note_of(self, seal: Seal) -> str:
        """Return the signed note; the same seal always gives the same."""
        text = note_text(seal, origin=self.verifier.name)
        mark = self.verifier.key_id + self._private_key.sign(text.encode())
        return f"{text}\n{_DASH} {self.verifier.name} {_base64(mark)}\n"

    def __repr__(self) -> str:
        """Name the public half only."""
        return f"SealKey({self.verifier.line!r})"


def note_text(seal: Seal, *, origin: str) -> str:
    """Return what a note says, without its signatures."""
    day = seal.day
    lines = (
        f"{origin}/{day.business_date.isoformat()}",
        str(day.tree_size),
        _base64(seal.root),
        f"previous {_base64(day.previous_root)}",
        f"entries {day.entry_count}",
        f"audit {day.audit_count} through {day.audit_through}",
        f"days {day.sequence} {_base64(seal.days_root)}",
        f"sealed {instant_text(seal.sealed_at)}",
    )
    return "\n".join(lines) + "\n"


class InclusionProof(TypedDict):
    """A document: this leaf stands there under that note; hashes in hex."""

    kind: Literal["inclusion"]
    note: str
    leaf: str
    index: int
    size: int
    path: list[str]


class ConsistencyProof(TypedDict):
    """A document: the first note's log of days begins the second's; hashes in hex."""

    kind: Literal["consistency"]
    first: str
    second: str
    path: list[str]


def inclusion_proof(
    note: str, leaf: Leaf, *, index: int, leaves: Sequence[bytes]
) -> InclusionProof:
    """Return the document that proves a leaf to stand under a note; `leaves` are the day's."""
    return {
        "kind": "inclusion",
        "note": note,
        "leaf": (leaf.head + leaf.body).decode(),
        "index": index,
        "size": len(leaves),
        "path": [step.hex() for step in inclusion_path(leaves, index)],
    }


def consistency_proof(
    *, first: str, second: str, first_size: int, days: Sequence[bytes]
) -> ConsistencyProof:
    """Return the document that proves one note's log to begin another's; `days` are the other's."""
    path = consistency_path(days, first_size)
    return {
        "kind": "consistency",
        "first": first,
        "second": second,
        "path": [step.hex() for step in path],
    }


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _from_base64(text: str) -> bytes:
    """Return the bytes of the only spelling they have.

    Raises:
        ValueError: it is not base64, or spells the bytes in another way.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error
    if _base64(raw) != text:
        raise ValueError("not the base64 of these bytes")
    return raw
