"""Tell authorities what became of what they are owed: in order, once, until they have it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.postgres.transaction import OpenTx, Tx
from payments.event import Event
from payments.postgres import delivery_rows, outage_rows, outbox_rows
from payments.postgres.delivery_rows import Try
from payments.postgres.outage_rows import OutageSource
from payments.tell_plan import USUAL, TellPlan

CHUNK_MAX: Final = 50
HURRIED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whether the authority took an event in; `error` says why not.

    `status` is that of its answer, None when there was none; `at` when it was asked, None: with the
    round.
    """

    is_taken: bool
    error: str
    status: int | None = None
    duration_ms: int = 0
    at: datetime | None = None


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
    authority that refuses one event is left alone for the rest of the round. One that took nothing
    in for longer than `plan.away_after` is kept as away, until it takes something in again: then
    what waits for it is due at once.
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
    tries = [
        (event.event_id, _try(result, now=now)) for event, result in results if result is not None
    ]
    delivery_rows.keep_tries(tx, tries)
    outbox_rows.keep_delivered(tx, taken, now=now)
    outbox_rows.keep_refused(tx, again)
    outbox_rows.put_off(tx, put_off, until=now + plan.first)
    parked = outbox_rows.park(tx, given_up, now=now)
    _welcome_back(tx, {event.subscriber for event in taken}, now=now)
    _notice_away(tx, {event.subscriber for event, _, _ in refused}, plan, now=now)
    return Told(len(taken), len(again), len(put_off), parked)


def _try(result: Delivered, *, now: datetime) -> Try:
    return Try(
        at=result.at or now,
        is_taken=result.is_taken,
        status=result.status,
        error=result.error,
        duration_ms=result.duration_ms,
    )


def _welcome_back(tx: Tx, providers: Collection[str], *, now: datetime) -> None:
    """End what failed deliveries had begun, and let nothing wait for its long interval."""
    back = outage_rows.noticed_away(tx, providers) if providers else set[str]()
    for provider in sorted(back):
        outage_rows.keep_up(
            tx, provider=provider, source=OutageSource.DELIVERIES, reason="", now=now
        )
    outbox_rows.hurry(tx, back, now=now, events_max=HURRIED_MAX)


def _notice_away(tx: Tx, providers: Collection[str], plan: TellPlan, *, now: datetime) -> None:
    for provider in sorted(providers):
        failing = delivery_rows.failing_since(tx, provider)
        if failing is None or now - failing[0] <= plan.away_after:
            continue
        if outage_rows.outage_of(tx, provider) is None:
            outage_rows.keep_down(
                tx,
                provider=provider,
                source=OutageSource.DELIVERIES,
                reason=failing[1],
                since=failing[0],
                now=now,
            )
