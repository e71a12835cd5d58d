"""What authorities are told: taken in, waiting, given up on; telling again, and who is away."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse

from api.access.staff_session import Staff, staff_of
from api.console.words import word
from api.house import House
from api.page import in_both_languages, local
from ledger.audit_record import NAME_SHAPE, REASON_MAX, Act, StockReason, reason_of
from ledger.postgres import audit_rows
from ledger.postgres.transaction import Tx
from payments.authority import Authority
from payments.declare_outage import declare_outage
from payments.errors import NotFound
from payments.postgres.authority_rows import all_authorities, authorities_by_code
from payments.postgres.delivery_rows import (
    DeliveryState,
    ToldEvent,
    Try,
    Undelivered,
    Wanted,
    newest_told,
    one_told,
    tries_of,
    undelivered,
)
from payments.postgres.outage_rows import Outage, OutageSource, outage_of
from payments.replay_events import PARKED, replay_events

ROWS_MAX: Final = 50
TRIES_MAX: Final = 100
AUTHORITIES_MAX: Final = 1_000
_NO_REASON: Final = "Hãy ghi lý do, tối đa 500 ký tự"


class ReplayForm(BaseModel):
    """Which to tell again: one event, or all of an authority that were given up on."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    authority: str = Field(max_length=40)
    event_id: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=4 * REASON_MAX)


class OutageForm(BaseModel):
    """What somebody was told of an authority's own system."""

    model_config = ConfigDict(extra="forbid")

    form_token: str = Field(default="", max_length=200)
    authority: str = Field(max_length=40)
    state: Literal["down", "up"]
    reason: str = Field(default="", max_length=4 * REASON_MAX)


@dataclass(frozen=True, slots=True)
class Standing:
    """One authority: what it has not been told, and since when it is away."""

    authority: Authority
    undelivered: Undelivered | None
    outage: Outage | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose events to show and in which state, as asked for; None is all."""

    authority: str = ""
    state: DeliveryState | None = None
    before: str = ""

    def query(self, *, state: str = "", before: str = "") -> str:
        """Return the part of the address that asks for another state or page."""
        words = {"authority": self.authority, "state": state, "before": before}
        return urlencode({name: value for name, value in words.items() if value})


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything the page shows."""

    standings: list[Standing]
    chosen: Standing | None
    events: list[ToldEvent]


def routes(house: House) -> APIRouter:
    """Return the pages of what authorities are told."""
    pages = APIRouter()

    @pages.get("/deliveries")
    def read_all(
        request: Request,
        *,
        authority: str = "",
        state: DeliveryState | None = None,
        before: str = "",
    ) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        return _list_page(house, request, staff, Asked(authority, state, before), errors={})

    @pages.get("/deliveries/{event_id}")
    def read_one(request: Request, event_id: str) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        return _event_page(house, request, staff, event_id, errors={})

    @pages.post("/deliveries/replay")
    def replay(request: Request, form: Annotated[ReplayForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        reason = reason_of(form.reason)
        errors = _errors(house, request, reason)
        if errors and form.event_id:
            return _event_page(house, request, staff, form.event_id, errors=errors)
        if errors:
            return _list_page(house, request, staff, Asked(form.authority), errors=errors)
        with house.open_tx() as tx:
            _known(tx, form.authority)
            if form.event_id:
                _event(tx, form.event_id, authority=form.authority)
            to = f"event:{form.event_id}" if form.event_id else f"authority:{form.authority}"
            audit_rows.record(tx, staff.doer(reason).did(Act.REPLAY_EVENTS, to=to))
            replay_events(tx, form.event_id or PARKED, subscriber=form.authority, now=house.clock())
        path = f"/deliveries/{form.event_id}" if form.event_id else _path(form.authority)
        return staff.remember(RedirectResponse(local(request, path), 303), now=house.clock())

    @pages.post("/deliveries/outage")
    def declare(request: Request, form: Annotated[OutageForm, Form()]) -> Response:
        staff = staff_of(request, house.settings, now=house.clock())
        staff.require_own_form(request, form.form_token)
        reason = reason_of(form.reason)
        if errors := _errors(house, request, reason, field="outage_reason"):
            return _list_page(house, request, staff, Asked(form.authority), errors=errors)
        with house.open_tx() as tx:
            _known(tx, form.authority)
            audit_rows.record(
                tx, staff.doer(reason).did(Act.DECLARE_OUTAGE, to=f"authority:{form.authority}")
            )
            declare_outage(
                tx,
                provider=form.authority,
                is_down=form.state == "down",
                source=OutageSource.STAFF,
                reason=reason,
                now=house.clock(),
            )
        answer = RedirectResponse(local(request, _path(form.authority)), 303)
        return staff.remember(answer, now=house.clock())

    return in_both_languages(pages)


def _path(authority: str) -> str:
    return f"/deliveries?{urlencode({'authority': authority})}"


def _errors(
    house: House, request: Request, reason: str, *, field: str = "reason"
) -> Mapping[str, str]:
    is_good = 0 < len(reason) <= REASON_MAX
    return {} if is_good else {field: house.pages.speech(request).say(_NO_REASON)}


def _known(tx: Tx, code: str) -> Authority:
    found = authorities_by_code(tx, {code}) if code.isascii() and code.isprintable() else {}
    if code not in found:
        raise NotFound
    return found[code]


def _event(tx: Tx, event_id: str, *, authority: str | None = None) -> ToldEvent:
    is_id = event_id.isascii() and event_id.isprintable()
    subscribers = None if authority is None else [authority]
    event = one_told(tx, event_id=event_id, subscribers=subscribers) if is_id else None
    if event is None:
        raise NotFound
    return event


def _list_page(
    house: House, request: Request, staff: Staff, asked: Asked, *, errors: Mapping[str, str]
) -> Response:
    with house.open_tx() as tx:
        audit_rows.record(
            tx,
            staff.doer(StockReason.OPENED_PAGE).did(
                Act.VIEW_DELIVERIES, to=_subject(asked.authority)
            ),
        )
        desk = _desk(tx, asked)
    page = house.pages.show(
        request,
        "console/deliveries.html",
        status=422 if errors else 200,
        here=_path(asked.authority) if asked.authority else "/deliveries",
        asked=asked,
        desk=desk,
        states=list(DeliveryState),
        rows=desk.events[:ROWS_MAX],
        has_older=len(desk.events) > ROWS_MAX,
        errors=errors,
        word=partial(word, house.pages.speech(request)),
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())


def _event_page(
    house: House, request: Request, staff: Staff, event_id: str, *, errors: Mapping[str, str]
) -> Response:
    tries: list[Try]
    with house.open_tx() as tx:
        event = _event(tx, event_id)
        tries = tries_of(tx, event.outbox_id, limit_max=TRIES_MAX)
        audit_rows.record(
            tx,
            staff.doer(StockReason.OPENED_PAGE).did(Act.VIEW_DELIVERIES, to=f"event:{event_id}"),
        )
    page = house.pages.show(
        request,
        "console/delivery.html",
        status=422 if errors else 200,
        here=f"/deliveries/{event.event_id}",
        event=event,
        tries=tries,
        errors=errors,
        word=partial(word, house.pages.speech(request)),
        token=staff.token(),
        staff_token=staff.token(),
    )
    return staff.remember(page, now=house.clock())


def _subject(code: str) -> str:
    return f"authority:{code}" if NAME_SHAPE.fullmatch(code) and len(code) < 99 else "all"


def _desk(tx: Tx, asked: Asked) -> Desk:
    waiting = {each.subscriber: each for each in undelivered(tx, limit_max=AUTHORITIES_MAX)}
    standings = [
        Standing(each, waiting.get(each.code), outage_of(tx, each.code))
        for each in all_authorities(tx, limit_max=AUTHORITIES_MAX)
    ]
    if not asked.authority:
        return Desk(standings, None, [])
    chosen = [each for each in standings if each.authority.code == asked.authority]
    if not chosen:
        raise NotFound
    before: tuple[datetime, int] | None = None
    if asked.before:
        last = _event(tx, asked.before, authority=asked.authority)
        before = (last.created_at, last.outbox_id)
    wanted = Wanted(subscribers=[asked.authority], state=asked.state, before=before)
    return Desk(standings, chosen[0], newest_told(tx, wanted, limit_max=ROWS_MAX + 1))
