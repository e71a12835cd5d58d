"""JSON v1: what an authority was told, every try, and telling it again."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from ledger.postgres.transaction import Tx
from payments.authority import Authority
from payments.errors import InputRefused, NotFound
from payments.obligation import normalised_number
from payments.postgres.authority_rows import authorities_of
from payments.postgres.delivery_rows import (
    DeliveryState,
    ToldEvent,
    Wanted,
    newest_told,
    one_told,
    tries_of,
)
from payments.replay_events import Replay, replay_events

PAGE_MAX = 200
TRIES_MAX = 500
EVENT_ID_MAX = 40


def no_space(text: object) -> object:
    """Return an instant as it came.

    Raises:
        ValueError: it has a space, which is what an address makes of a plus.
    """
    if isinstance(text, str) and " " in text:
        raise ValueError("has a space: in an address the + of a zone is written %2B, or use Z")
    return text


Instant = Annotated[AwareDatetime, BeforeValidator(no_space)]


class ReplayIn(BaseModel):
    """A span of time by when events came to be; `to` itself is outside.

    `authority` is needed by a partner that speaks for several.
    """

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        json_schema_extra={
            "examples": [
                {"from": "2026-11-22T00:00:00+07:00", "to": "2026-11-23T00:00:00+07:00"},
            ]
        },
    )

    authority: str | None = Field(default=None, max_length=40)
    since: AwareDatetime = Field(alias="from")
    until: AwareDatetime = Field(alias="to")
    parked_only: bool = False


class ReplayOut(BaseModel):
    """How many events are due now, the oldest 10,000 at most; what waits is not told twice."""

    replayed: int


class DeliveryOut(BaseModel):
    """One event. `delivered_at` is when it was first taken in, and stays when it is told again.

    `attempts` counts from 0 anew each time it is told again; `tries` of one event has all of them.
    """

    id: str
    authority: str
    type: str
    kind: str
    number: str
    order: int
    created_at: VietnamTime
    state: DeliveryState
    delivered_at: VietnamTime | None
    parked_at: VietnamTime | None
    next_try_at: VietnamTime | None
    attempts: int
    last_error: str


class TryOut(BaseModel):
    """One try; `status` is the HTTP status of the answer, null when there was none."""

    at: VietnamTime
    taken: bool
    status: int | None
    error: str
    duration_ms: int


class DeliveryWithTriesOut(DeliveryOut):
    """One event and its tries, newest first."""

    tries: list[TryOut]


class PageOut(BaseModel):
    """Events newest first; `next_cursor` is null on the last page."""

    deliveries: list[DeliveryOut]
    next_cursor: str | None


class Filters(BaseModel):
    """Which events; `from` and `to` are by when they came to be, `to` itself is outside."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    state: DeliveryState | None = None
    number: str | None = Field(default=None, min_length=1, max_length=100)
    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")
    cursor: str | None = Field(default=None, max_length=EVENT_ID_MAX)
    limit: int = Field(default=50, ge=1, le=PAGE_MAX)


def routes(house: House) -> APIRouter:
    """Return the delivery log of the partner API."""
    router = APIRouter(prefix="/v1", tags=["deliveries"])
    reader = Depends(partner_of(house, Scope.EVENTS_READ))
    writer = Depends(partner_of(house, Scope.WEBHOOKS_WRITE))

    @router.get("/deliveries")
    def read_all(filters: Annotated[Filters, Query()], client: Annotated[str, reader]) -> PageOut:
        """List what the authorities of this partner were, are or shall be told."""
        with house.open_tx() as tx:
            own = authorities_of(tx, client)
            wanted = Wanted(
                subscribers=own,
                state=filters.state,
                number=None if filters.number is None else normalised_number(filters.number),
                since=filters.since,
                until=filters.until,
                before=_before(tx, filters.cursor, own=own),
            )
            found = newest_told(tx, wanted, limit_max=filters.limit + 1)
        page = found[: filters.limit]
        return PageOut(
            deliveries=[_out(event) for event in page],
            next_cursor=page[-1].event_id if len(found) > len(page) else None,
        )

    @router.get("/deliveries/{event_id}", responses=refusals(404))
    def read_one(event_id: str, client: Annotated[str, reader]) -> DeliveryWithTriesOut:
        """Read one event and every try to tell it."""
        with house.open_tx() as tx:
            event = _own(tx, event_id, own=authorities_of(tx, client))
            tries = tries_of(tx, event.outbox_id, limit_max=TRIES_MAX)
        return DeliveryWithTriesOut(
            **_out(event).model_dump(),
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

    @router.post("/deliveries/{event_id}/replay", status_code=202, responses=refusals(404))
    def replay_one(event_id: str, client: Annotated[str, writer]) -> ReplayOut:
        """Tell one event again, after those before it that were given up on."""
        with house.open_tx() as tx:
            event = _own(tx, event_id, own=authorities_of(tx, client))
            many = replay_events(tx, event.event_id, subscriber=event.subscriber, now=house.clock())
        return ReplayOut(replayed=many)

    @router.post("/deliveries/replays", status_code=202, responses=refusals(404))
    def replay_span(body: ReplayIn, client: Annotated[str, writer]) -> ReplayOut:
        """Tell again, in order, what came to be in a span of time."""
        if body.until <= body.since:
            raise InputRefused(field="to", reason="is not after from")
        wanted = Replay(since=body.since, until=body.until, parked_only=body.parked_only)
        with house.open_tx() as tx:
            authority = one_authority(authorities_of(tx, client), body.authority)
            many = replay_events(tx, wanted, subscriber=authority, now=house.clock())
        return ReplayOut(replayed=many)

    return router


def one_authority(own: Mapping[str, Authority], named: str | None) -> str:
    """Return the authority a partner named, or the only one it speaks for.

    Raises:
        InputRefused: it named none and speaks for several.
        NotFound: it does not speak for that one, or for any.
    """
    if named is not None:
        if named not in own:
            raise NotFound(named)
        return named
    if len(own) > 1:
        raise InputRefused(field="authority", reason="is missing: this key speaks for several")
    for only in own:
        return only
    raise NotFound


def _own(tx: Tx, event_id: str, *, own: Mapping[str, Authority]) -> ToldEvent:
    event = one_told(tx, event_id=event_id, subscribers=own) if _is_id(event_id) else None
    if event is None:
        raise NotFound
    return event


def _before(
    tx: Tx, cursor: str | None, *, own: Mapping[str, Authority]
) -> tuple[datetime, int] | None:
    if cursor is None:
        return None
    event = one_told(tx, event_id=cursor, subscribers=own) if _is_id(cursor) else None
    if event is None:
        raise InputRefused(field="cursor", reason="is not one a page of this log ended with")
    return event.created_at, event.outbox_id


def _is_id(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _out(event: ToldEvent) -> DeliveryOut:
    return DeliveryOut(
        id=event.event_id,
        authority=event.subscriber,
        type=event.type,
        kind=event.kind,
        number=event.number,
        order=event.sequence,
        created_at=event.created_at,
        state=event.state,
        delivered_at=event.delivered_at,
        parked_at=event.parked_at,
        next_try_at=event.next_at,
        attempts=event.attempts,
        last_error=event.last_error,
    )
