"""What a proof is: one sentence that must hold, and a question to the database that says so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gateways.contract import Gateway
from ledger.postgres.transaction import Tx
from ledger.seal import VerifierKey
from payments.business_calendar import BusinessCalendar


@dataclass(frozen=True, slots=True)
class FarSide:
    """What the far sides remember of their own, kept apart from anything of ours.

    `paid` maps our reference and the gateway's transaction number to the dong that were taken.
    `acknowledged` are the references whose callback we answered as recorded, now or before.
    """

    paid: Mapping[tuple[str, str], int]
    acknowledged: frozenset[str]


class SealsOutside(Protocol):
    """What was published of sealed days, outside the database."""

    def note(self, day: date, /) -> str | None:
        """Return a day's note, None when there is none."""
        ...

    def rows(self, day: date, /) -> Iterator[str] | None:
        """Return a day's leaves, a name and a hash in hex each; None when there are none."""
        ...


@dataclass(frozen=True, slots=True)
class Means:
    """What proofs need beside the database.

    `public_keys` are the raw Ed25519 keys that proofs of payment were signed with, by key id.
    `seal_key` is the key seals are checked with, None where none is known.
    `far_side` is None where nobody can be asked, such as in production.
    """

    gateways: Mapping[str, Gateway]
    calendar: BusinessCalendar
    public_keys: Mapping[str, bytes]
    far_side: FarSide | None
    seals: SealsOutside
    seal_key: VerifierKey | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Holds:
    """Nothing speaks against it; `count` says how much was looked at, such as `1,234 entries`."""

    count: str


@dataclass(frozen=True, slots=True)
class Violated:
    """The rows that break it: the first twenty by name, and how many there are.

    `total` is at least that many where the search stopped early; `is_counted` is False then.
    """

    rows: tuple[str, ...]
    total: int
    is_counted: bool = True


Outcome = Holds | Violated


class Check(Protocol):
    """Asks the database one question and changes nothing."""

    def __call__(self, tx: Tx, means: Means, /) -> Outcome:
        """Say that it holds, or name the rows that break it."""
        ...


@dataclass(frozen=True, slots=True)
class Proof:
    """One invariant; `id` is its number in the list of all, such as `I2`."""

    id: str
    sentence: str
    check: Check


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one proof."""

    id: str
    sentence: str
    outcome: Outcome
