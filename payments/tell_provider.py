"""Tell authorities what became of what they are owed: in order, once, until they have it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.postgres.transaction import OpenTx, Tx
from payments.event import Event
from payments.postgres import outbox_rows
from payments.tell_plan import USUAL, TellPlan

CHUNK_MAX: Final = 50


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whether the authority took an event in; `error` says why not."""

    is_taken: bool
    error: str


Deliver = Callable[[Event], Delivered]
"""Sends one event over the network; whatever goes wrong is its answer, not an exception."""


@dataclass(frozen=True, slots=True)
class Told:
    """How many events were taken in, refused, put off behind a refusal, and given up on."""

    delivered: int = 0
    refused: int = 0
    put_off: int = 0
    parked: int = 0

    def __add__(self, other: "Told") -> "Told":
        """Return the sum of both."""
        return Told(
            self.delivered + other.delivered,
            self.refused + other.refused,
            self.put_off + other.put_off,
            self.parked + other.parked,
        )


def tell_provider(
    open_tx: OpenTx, deliver: Deliver, *, now: datetime, limit_max: int, plan: TellPlan = USUAL
) -> Told:
    """Send events that are due, at most `limit_max`, and keep what was taken in.

    Of one obligation's events only the oldest is sent, so an authority hears them in order. An
    authority that refuses one event is left alone for the rest of the round.
    """
    told = Told()
    refusing: dict[str, str] = {}
    for claimed in range(0, limit_max, CHUNK_MAX):
        with open_tx() as tx:
            due = outbox_rows.claim_due(
                tx,
                now=now,
                lease_until=now + plan.lease,
                events_max=min(CHUNK_MAX, limit_max - claimed),
            )
        if not due:
            break
        results = [(event, _deliver(deliver, event, refusing)) for event in due]
        with open_tx() as tx:
            told += _keep(tx, results, plan, now=now)
    return told


def _deliver(deliver: Deliver, event: Event, refusing: dict[str, str]) -> Delivered | None:
    """Send one event; None when its authority refused another one in this round."""
    if event.subscriber in refusing:
        return None
    delivered = deliver(event)
    if not delivered.is_taken:
        refusing[event.subscriber] = delivered.error
    return delivered


def _keep(
    tx: Tx, results: Sequence[tuple[Event, Delivered | None]], plan: TellPlan, *, now: datetime
) -> Told:
    taken = [event for event, result in results if result is not None and result.is_taken]
    put_off = [event for event, result in results if result is None]
    refused = [
        (event, result.error, plan.wait(event.event_id, attempts=event.attempts + 1))
        for event, result in results
        if result is not None and not result.is_taken
    ]
    again = [(event, error, now + wait) for event, error, wait in refused if wait is not None]
    given_up = [(event, error) for event, error, wait in refused if wait is None]
    outbox_rows.keep_delivered(tx, taken, now=now)
    outbox_rows.keep_refused(tx, again)
    outbox_rows.put_off(tx, put_off, until=now + plan.first)
    parked = outbox_rows.park(tx, given_up, now=now)
    return Told(len(taken), len(again), len(put_off), parked)
