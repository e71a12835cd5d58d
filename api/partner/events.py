"""JSON v1: everything a client was told of its payments, as it came to be."""

import re
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import Instant
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from ledger.postgres.transaction import Tx
from payments.client_event import ClientEvent, EventType
from payments.errors import InputRefused, NotFound
from payments.postgres.client_event_rows import Order, WantedEvents, event_of, list_events

PAGE_MAX: Final = 100
_ID: Final = re.compile(r"evt_[0-9a-f]{32}")


class EventOut(BaseModel):
    """One event, as it is sent to webhook endpoints; `order` counts those of its payment from 1."""

    id: str
    type: EventType
    timestamp: VietnamTime
    order: int
    data: Mapping[str, object]


class EventsOut(BaseModel):
    """One page; `next_cursor` is null when there was nothing after it."""

    events: list[EventOut]
    next_cursor: str | None = Field(description="`cursor` of the next page")


class Filters(BaseModel):
    """Which events; `from` and `to` are by when they came to be, `to` itself is outside."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    type: list[EventType] = Field(default_factory=list[EventType], max_length=len(EventType))
    payment: str | None = Field(default=None, max_length=40, description="number of a payment")
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")
    order: Order = Order.DESC
    cursor: str | None = Field(
        default=None, max_length=40, description="id of the last event read; it may be any event"
    )
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


def routes(house: House) -> APIRouter:
    """Return the doors of events."""
    router = APIRouter(prefix="/v1", tags=["events"])
    partner = Depends(partner_of(house, Scope.EVENTS_READ))

    @router.get("/events")
    def read_all(
        filters: Annotated[Filters, Query()], client: Annotated[str, partner]
    ) -> EventsOut:
        """List what came to be with this partner's payments.

        With `order=asc` and the last id read as `cursor` nothing is ever missed or doubled: an
        event is listed once nothing that belongs before it can still come, usually at once.
        """
        with house.open_tx() as tx:
            wanted = WantedEvents(
                client=client,
                types=filters.type,
                subject=filters.payment,
                since=filters.since,
                until=filters.until,
                order=filters.order,
                past=past_of(tx, filters.cursor, client=client),
            )
            found = list_events(tx, wanted, limit_max=filters.limit + 1)
        page = found[: filters.limit]
        return EventsOut(
            events=[event_out(event) for event in page],
            next_cursor=page[-1].event_id if len(found) > len(page) else None,
        )

    @router.get("/events/{event_id}", responses=refusals(404))
    def read_one(event_id: str, client: Annotated[str, partner]) -> EventOut:
        """Read one event."""
        with house.open_tx() as tx:
            return event_out(own_event(tx, event_id, client=client))

    return router


def own_event(tx: Tx, event_id: str, *, client: str) -> ClientEvent:
    """Return one event of a client.

    Raises:
        NotFound: it is not there, or another's.
    """
    event = event_of(tx, event_id, client=client) if _ID.fullmatch(event_id) else None
    if event is None:
        raise NotFound
    return event


def event_out(event: ClientEvent) -> EventOut:
    """Return an event as it is sent."""
    return EventOut.model_validate(event.payload)


def past_of(tx: Tx, cursor: str | None, *, client: str) -> ClientEvent | None:
    """Return the event a page ended with, None to begin.

    Raises:
        InputRefused: it names none.
    """
    if not cursor:
        return None
    try:
        return own_event(tx, cursor, client=client)
    except NotFound as missing:
        raise InputRefused(field="query.cursor", reason="is not the id of an event") from missing
