"""JSON v1: how far the telling of events has come at a partner's addresses, and telling again."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.deliveries import TryOut
from api.partner.events import own_event, past_of
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from api.partner.webhook_endpoints import endpoint_id_of
from payments.errors import InputRefused, NotFound
from payments.postgres.delivery_rows import Try
from payments.postgres.endpoint_delivery_rows import (
    WebhookDelivery,
    WebhookState,
    deliveries_of,
    newest_at,
    tries_of,
)
from payments.postgres.endpoint_rows import endpoint_of
from payments.replay_client_events import replay_client_events
from payments.webhook_endpoint import ReplaySpan

PAGE_MAX: Final = 100
TRIES_MAX: Final = 100


class WebhookDeliveryOut(BaseModel):
    """One event at one address. `delivered_at` is when it was first taken in, and stays.

    `attempts` counts from 0 anew each time it is told again.
    """

    event: str
    webhook_endpoint: str
    type: str
    subject: str = Field(description="number of the payment, or id of the address it is about")
    order: int
    created_at: VietnamTime
    state: WebhookState
    delivered_at: VietnamTime | None
    parked_at: VietnamTime | None
    next_try_at: VietnamTime | None
    attempts: int
    last_error: str


class WebhookDeliveryWithTriesOut(WebhookDeliveryOut):
    """One event at one address and its tries, newest first, 100 at most."""

    tries: list[TryOut]


class WebhookDeliveriesOut(BaseModel):
    """One page, newest first; `next_cursor` is null on the last one."""

    deliveries: list[WebhookDeliveryOut]
    next_cursor: str | None


class EventDeliveriesOut(BaseModel):
    """One event at each address it was to be told at."""

    deliveries: list[WebhookDeliveryWithTriesOut]


class EventReplayOut(BaseModel):
    """How many events are due now, with those before them that were given up on."""

    replayed: int


class SpanIn(BaseModel):
    """A span of time by when events came to be; `to` itself is outside."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {
                    "from": "2026-11-22T00:00:00+07:00",
                    "to": "2026-11-23T00:00:00+07:00",
                    "parked_only": True,
                }
            ]
        },
    )

    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime = Field(alias="to")
    parked_only: StrictBool = False


class Filters(BaseModel):
    """Which deliveries, and where the page before ended."""

    model_config = ConfigDict(extra="forbid")

    state: WebhookState | None = None
    cursor: str | None = Field(default=None, max_length=40)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


def routes(house: House) -> APIRouter:
    """Return the doors of deliveries to a partner's own addresses."""
    router = APIRouter(prefix="/v1", tags=["event-deliveries"])
    _reading(router, house)
    _replaying(router, house)
    return router


def _reading(router: APIRouter, house: House) -> None:
    partner = Depends(partner_of(house, Scope.EVENTS_READ))

    @router.get("/webhook-endpoints/{endpoint_id}/deliveries", responses=refusals(404))
    def read_endpoint(
        endpoint_id: str, filters: Annotated[Filters, Query()], client: Annotated[str, partner]
    ) -> WebhookDeliveriesOut:
        """List what one address was, is or shall be told."""
        with house.open_tx() as tx:
            if endpoint_of(tx, endpoint_id_of(endpoint_id), client=client) is None:
                raise NotFound
            past = past_of(tx, filters.cursor, client=client)
            found = newest_at(
                tx,
                endpoint_id,
                state=filters.state,
                before=None if past is None else past.client_event_id,
                limit_max=filters.limit + 1,
            )
        page = found[: filters.limit]
        return WebhookDeliveriesOut(
            deliveries=[_out(each) for each in page],
            next_cursor=page[-1].event_id if len(found) > len(page) else None,
        )

    @router.get("/events/{event_id}/deliveries", responses=refusals(404))
    def read_event(event_id: str, client: Annotated[str, partner]) -> EventDeliveriesOut:
        """Read what became of one event at every address, and each try."""
        with house.open_tx() as tx:
            event = own_event(tx, event_id, client=client)
            found = deliveries_of(tx, event.client_event_id, client=client)
            told = [_with_tries(each, tries_of(tx, each, limit_max=TRIES_MAX)) for each in found]
        return EventDeliveriesOut(deliveries=told)


def _replaying(router: APIRouter, house: House) -> None:
    partner = Depends(partner_of(house, Scope.WEBHOOKS_WRITE))

    @router.post("/events/{event_id}/replay", status_code=202, responses=refusals(404))
    def replay_one(event_id: str, client: Annotated[str, partner]) -> EventReplayOut:
        """Tell one event again wherever it was to be told."""
        with house.open_tx() as tx:
            event = own_event(tx, event_id, client=client)
            many = replay_client_events(tx, event.event_id, client=client, now=house.clock())
        return EventReplayOut(replayed=many)

    @router.post(
        "/webhook-endpoints/{endpoint_id}/replays", status_code=202, responses=refusals(404, 409)
    )
    def replay_span(
        endpoint_id: str, body: SpanIn, client: Annotated[str, partner]
    ) -> EventReplayOut:
        """Tell one address, in order, what came to be in a span of time, 10,000 events at most.

        While so many wait there, the answer is 409: what waits is told first.
        """
        if body.until <= body.since:
            raise InputRefused(field="to", reason="is not after from")
        wanted = ReplaySpan(
            endpoint_id_of(endpoint_id),
            since=body.since,
            until=body.until,
            parked_only=body.parked_only,
        )
        with house.open_tx() as tx:
            many = replay_client_events(tx, wanted, client=client, now=house.clock())
        return EventReplayOut(replayed=many)


def _out(one: WebhookDelivery) -> WebhookDeliveryOut:
    return WebhookDeliveryOut(
        event=one.event_id,
        webhook_endpoint=one.endpoint_id,
        type=one.type,
        subject=one.subject,
        order=one.sequence,
        created_at=one.created_at,
        state=one.state,
        delivered_at=one.taken_at,
        parked_at=one.parked_at,
        next_try_at=one.next_at,
        attempts=one.attempts,
        last_error=one.last_error,
    )


def _with_tries(one: WebhookDelivery, tries: list[Try]) -> WebhookDeliveryWithTriesOut:
    return WebhookDeliveryWithTriesOut(
        **_out(one).model_dump(),
        tries=[
            TryOut(
                at=each.at,
                taken=each.is_taken,
                status=each.status,
                error=each.error,
                duration_ms=each.duration_ms,
            )
            for each in tries
        ],
    )
