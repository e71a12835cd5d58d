"""Tell an authority again what it was told, or what was given up on."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.postgres import outbox_rows

REPLAYED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Replay:
    """Which events of one authority: those of a time span, or only those given up on in it.

    They are told by when they came to be; `until` itself is outside.
    """

    since: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    until: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    parked_only: bool = False


PARKED: Final = Replay(parked_only=True)


def replay_events(tx: Tx, wanted: Replay | str, *, subscriber: str, now: datetime) -> int:
    """Make one event, by its id, or several due now and return how many.

    At most `REPLAYED_MAX` are, the oldest; asked again, those that wait by then stay as they are.
    Each obligation's events are told in order, so what was given up on before one goes with it.
    What was taken in stays so: when, and every try, is still known.
    """
    if isinstance(wanted, str):
        return outbox_rows.replay_one(tx, subscriber=subscriber, event_id=wanted, now=now)
    return outbox_rows.replay_span(
        tx,
        subscriber=subscriber,
        parked_only=wanted.parked_only,
        since=wanted.since,
        until=wanted.until,
        now=now,
        events_max=REPLAYED_MAX,
    )
