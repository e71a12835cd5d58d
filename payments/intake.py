"""What an authority sent, and what became of each part of it."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

NUMBER_SHOWN_MAX: Final = 100
FIELD_SHOWN_MAX: Final = 200
REASON_SHOWN_MAX: Final = 500


class Channel(enum.StrEnum):
    """How it was sent."""

    JSON = "json"
    CHANGES = "changes"
    CSV = "csv"
    XLSX = "xlsx"
    BY_HAND = "by_hand"
    DIALECT = "dialect"  # an order in the portal's payment dialect


@dataclass(frozen=True, slots=True)
class Refusal:
    """One part that was not taken in: its place counted from 0, and the field and reason."""

    place: int
    number: str
    outcome: str
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class Received:
    """A body about to be let in: `client` sent it for `authority`; `digest` is SHA-256 of it."""

    authority: str
    client: str
    channel: Channel
    digest: bytes
    item_count: int


@dataclass(frozen=True, slots=True)
class Intake:
    """One body as the log holds it; without `finished_at` it changed nothing and may come again."""

    intake_id: int
    authority: str
    client: str
    channel: Channel
    digest: bytes
    item_count: int
    received_at: datetime
    counts: Mapping[str, int]
    finished_at: datetime | None
    refusals: Sequence[Refusal] = ()


def shown(text: str, *, length_max: int) -> str:
    """Return a text of a partner short and printable enough to be repeated."""
    seen = text[:length_max]
    return (
        seen
        if seen.isprintable()
        else "".join(sign if sign.isprintable() else "\ufffd" for sign in seen)
    )
