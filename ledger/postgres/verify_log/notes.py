"""Keys, and the signed notes that stand for days."""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NOTE_LENGTH_MAX: Final = 100_000
ED25519: Final = 1
_SIGNED: Final = re.compile(
    r"(?P<origin>\S+)/(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\n"
    r"(?P<size>[0-9]{1,18})\n"
    r"(?P<root>[A-Za-z0-9+/]{43}=)\n"
    r"previous (?P<previous>[A-Za-z0-9+/]{43}=)\n"
    r"entries (?P<entries>[0-9]{1,18})\n"
    r"audit (?P<audits>[0-9]{1,18}) through (?P<through>[0-9]{1,18})\n"
    r"days (?P<sequence>[0-9]{1,18}) (?P<days_root>[A-Za-z0-9+/]{43}=)\n"
    r"sealed (?P<sealed>\S+)\n"
)
_SIGNATURES: Final = re.compile("(?:\u2014 \\S+ [A-Za-z0-9+/]+=*\n)+")


class Unusable(Exception):
    """What was given to check, or to check it with, cannot be used."""


@dataclass(frozen=True, slots=True)
class Key:
    """The public half of the key that signs, under its name."""

    name: str
    id: bytes
    public: Ed25519PublicKey

    def has_signed(self, signed: str, *, raw: bytes) -> bool:
        """Say whether these 64 bytes are this key's signature of a text."""
        try:
            self.public.verify(raw, signed.encode())
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Note:
    """What was signed of one day, and the signatures below it."""

    signed: str
    signatures: tuple[tuple[str, bytes], ...]
    origin: str
    day: str
    size: int
    root: bytes
    previous: bytes
    entries: int
    audits: int
    through: int
    sequence: int
    days_root: bytes
    sealed: str

    def fault(self, key: Key) -> str:
        """Return why this is no word of the key's holder, '' when it is."""
        ours = [raw[4:] for name, raw in self.signatures if (name, raw[:4]) == (key.name, key.id)]
        if not ours:
            others = ", ".join(raw[:4].hex() for _, raw in self.signatures)
            return f"signed by key {others}, not by {key.id.hex()}"
        if not any(key.has_signed(self.signed, raw=raw) for raw in ours):
            return "was changed: its signature does not hold"
        return "" if self.origin == key.name else f"is of {self.origin}, not of {key.name}"

    @property
    def day_leaf(self) -> str:
        """Return the text of the first leaf of the day's tree."""
        return (
            f"day 1\n{self.day}\n{self.sequence}\n{self.previous.hex()}\n"
            f"{self.entries}\n{self.audits}\n"
        )

    @property
    def log_leaf(self) -> str:
        """Return the text of the day's leaf in the log of days."""
        return f"{self.day} {self.root.hex()}\n"


def read_key(given: str) -> Key:
    """Return the key in a text of the form name+id+key, or in the file of that name.

    Raises:
        Unusable: it is no key, or its id is not that of its bytes; or there is no such file.
    """
    if not given:
        raise Unusable("--key is missing: name+id+key, or the file that holds it")
    try:
        text = given if "+" in given else read_text(Path(given))
    except OSError as error:
        raise Unusable(f"key {given}: {error.strerror}") from error
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _decoded(encoded)
    digest = hashlib.sha256(f"{name}\n".encode() + raw).digest()
    if len(raw) != 33 or raw[0] != ED25519 or digest[:4].hex() != key_id:
        raise Unusable(f"key {given}: is not name+id+key, as key.pub holds it")
    return Key(name, digest[:4], Ed25519PublicKey.from_public_bytes(raw[1:]))


def read_note(text: str) -> Note | None:
    """Return what a note says, None when it cannot be read."""
    signed, _, signatures = text.partition("\n\n")
    found = _SIGNED.fullmatch(f"{signed}\n")
    if found is None or not _SIGNATURES.fullmatch(signatures):
        return None
    lines = [line.split(" ") for line in signatures.splitlines()]
    return Note(
        signed=found[0],
        signatures=tuple((name, _decoded(encoded)) for _, name, encoded in lines),
        origin=found["origin"],
        day=found["day"],
        size=int(found["size"]),
        root=_decoded(found["root"]),
        previous=_decoded(found["previous"]),
        entries=int(found["entries"]),
        audits=int(found["audits"]),
        through=int(found["through"]),
        sequence=int(found["sequence"]),
        days_root=_decoded(found["days_root"]),
        sealed=found["sealed"],
    )


def read_text(path: Path) -> str:
    """Return what is in a small file, line ends as they are.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        return file.read(NOTE_LENGTH_MAX)


def _decoded(encoded: str) -> bytes:
    try:
        return base64.b64decode(encoded, validate=True)
    except ValueError:
        return b""
