"""JSON v1 for authorities: push what is owed, change it, see how it stands, read what came in."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final, TypeVar

import orjson
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.obligation_examples import (
    CHANGES_SCHEMA,
    EACH_ACT,
    EACH_KIND,
    PUSH_SCHEMA,
    PUSHES,
)
from api.partner.obligation_items import Sent, read_changes, read_pushed, read_sent
from api.partner.quote_out import QuoteOut, quote_out
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from api.refusal_words import vietnamese_of
from ledger.postgres.transaction import Tx
from payments.change_obligations import change_obligations
from payments.errors import InputRefused, NotFound
from payments.intake import (
    FIELD_SHOWN_MAX,
    NUMBER_SHOWN_MAX,
    REASON_SHOWN_MAX,
    Channel,
    Intake,
    Received,
    shown,
)
from payments.obligation_change import CHANGES_MAX
from payments.postgres import intake_rows
from payments.push_obligations import PUSHED_MAX, push_obligations
from payments.report_obligation import Report, report_obligation
from payments.take_in import TakenIn, Told, Unreadable, take_in

PAGE_MAX: Final = 50
ID_MAX: Final = 2**53 - 1
CONFLICTS: Final = "is known here with other content; send a change instead"

Item = TypeVar("Item")
Verdict = TypeVar("Verdict", bound=Told)


class ResultOut(BaseModel):
    """What became of one item; `field` and the reasons are there when it was not taken in."""

    place: int = Field(description="in the body as sent, counted from 0")
    number: str
    outcome: str
    version: int | None = None
    field: str = ""
    reason: str = ""
    reason_vi: str = ""


class TakenInOut(BaseModel):
    """What became of a body: `push` is its number in the log, `counts` say how many of each."""

    push: int
    authority: str
    counts: dict[str, int]
    results: list[ResultOut]


class RefusalOut(BaseModel):
    """One part that was not taken in."""

    place: int
    number: str
    outcome: str
    field: str
    reason: str
    reason_vi: str


class PushOut(BaseModel):
    """One body in the log; without `finished_at` it changed nothing and may be sent again."""

    push: int
    authority: str
    channel: str
    items: int
    body_sha256: str
    received_at: VietnamTime
    finished_at: VietnamTime | None
    counts: dict[str, int]


class PushesOut(BaseModel):
    """A page of the log, newest first; `next` is the cursor of the page after."""

    pushes: list[PushOut]
    next: int | None


class OnePushOut(PushOut):
    """One body with all that was refused of it."""

    refusals: list[RefusalOut]


class PaymentOfOut(BaseModel):
    """One payment that has this obligation in it; the amount is what is meant for it."""

    number: str
    status: str
    amount_vnd: int
    paid_at: VietnamTime | None


class ChangeOfOut(BaseModel):
    """One change, and the version it led to."""

    version: int
    act: str
    document: str
    reason: str
    changed_at: VietnamTime


class ObligationOut(BaseModel):
    """How one obligation stands; strongly consistent.

    `due` is what is due today, null when nothing is or when `unpriced` says why there is no price.
    """

    authority: str
    kind: str
    number: str
    status: str
    version: int
    pushed_at: VietnamTime
    confirmed_at: VietnamTime | None
    changed_at: VietnamTime | None
    replaced_by: str | None
    paid_vnd: int
    due: QuoteOut | None
    unpriced: str
    payments: list[PaymentOfOut]
    changes: list[ChangeOfOut]


def routes(house: House) -> APIRouter:
    """Return the doors for authorities."""
    router = APIRouter(prefix="/v1/obligations", tags=["obligations"])
    reader = Depends(partner_of(house, Scope.OBLIGATIONS_READ))
    writer = Depends(partner_of(house, Scope.OBLIGATIONS_WRITE))

    @router.post(
        "",
        openapi_extra=_documented(PUSH_SCHEMA, {**PUSHES, **EACH_KIND}),
        response_model=TakenInOut,
        responses=refusals(404, 429),
    )
    def push(request: Request, client: Annotated[str, writer]) -> Response:
        """Push up to 1,000 obligations of one authority; the same again changes nothing.

        Each item stands alone: one that is refused is named with its field, the others are kept.
        """
        sent = read_sent(_json(request), items="obligations", items_max=PUSHED_MAX)
        act = partial(push_obligations, keys=house.personal_keys, now=house.clock())
        received = _received(request, sent, client=client, channel=Channel.JSON)
        return _taken_in(house, received, read_pushed(sent), act)

    @router.post(
        "/changes",
        openapi_extra=_documented(CHANGES_SCHEMA, EACH_ACT),
        response_model=TakenInOut,
        responses=refusals(404, 429),
    )
    def change(request: Request, client: Annotated[str, writer]) -> Response:
        """Correct, defer, cancel or replace up to 1,000 obligations, or let them be paid in parts.

        An act with one document happens once, however often it is sent.
        """
        sent = read_sent(_json(request), items="changes", items_max=CHANGES_MAX)
        act = partial(
            change_obligations, keys=house.personal_keys, rates=house.rates, now=house.clock()
        )
        received = _received(request, sent, client=client, channel=Channel.CHANGES)
        return _taken_in(house, received, read_changes(sent), act)

    @router.get("", responses=refusals(404))
    def read(
        client: Annotated[str, reader],
        kind: Annotated[str, Query(min_length=1, max_length=40)],
        number: Annotated[str, Query(min_length=1, max_length=100)],
        authority: Annotated[str | None, Query(max_length=40)] = None,
    ) -> ObligationOut:
        """Read how one obligation stands: what is due today, its payments, its changes."""
        with house.open_tx() as tx:
            report = report_obligation(
                tx,
                client,
                authority=authority,
                kind=kind,
                number=number,
                on=house.today(),
                rates=house.rates,
            )
        return _obligation(house, report)

    @router.get("/pushes")
    def pushes(
        client: Annotated[str, reader],
        cursor: Annotated[int | None, Query(ge=1, le=ID_MAX)] = None,
    ) -> PushesOut:
        """Read what this partner sent, newest first."""
        with house.open_tx() as tx:
            found = intake_rows.intakes_of(tx, client, before=cursor, limit_max=PAGE_MAX)
        more = found[-1].intake_id if len(found) == PAGE_MAX else None
        return PushesOut(pushes=[PushOut(**_push(each)) for each in found], next=more)

    @router.get("/pushes/{push}", responses=refusals(404))
    def one_push(push: int, client: Annotated[str, reader]) -> OnePushOut:
        """Read one body this partner sent, and every part of it that was refused."""
        with house.open_tx() as tx:
            in_range = 0 < push <= ID_MAX
            found = intake_rows.intake_of(tx, client, intake_id=push) if in_range else None
        if found is None:
            raise NotFound(str(push))
        refusals = [
            RefusalOut(
                place=each.place,
                number=each.number,
                outcome=each.outcome,
                field=each.field,
                reason=each.reason,
                reason_vi=vietnamese_of(each.reason),
            )
            for each in found.refusals
        ]
        return OnePushOut(**_push(found), refusals=refusals)

    return router


def _json(request: Request) -> object:
    """Return what the body says, as it was read on the way in.

    Raises:
        InputRefused: there is no body.
    """
    if not hasattr(request.state, "json"):
        raise InputRefused(field="body", reason="is missing")
    value: object = request.state.json
    return value


def _received(request: Request, sent: Sent, *, client: str, channel: Channel) -> Received:
    return Received(
        authority=sent.authority,
        client=client,
        channel=channel,
        digest=request.state.body_sha256,
        item_count=len(sent.items),
    )


def _taken_in(
    house: House,
    received: Received,
    items: Sequence[Item | Unreadable[Verdict]],
    act: Callable[[Tx, Sequence[Item]], Sequence[Verdict]],
) -> Response:
    taken = take_in(house.open_tx, received, items, act, now=house.clock())
    # A thousand results through models would take as long as keeping them.
    told = {
        "push": taken.intake_id,
        "authority": received.authority,
        "counts": taken.counts,
        "results": _results(taken),
    }
    return Response(orjson.dumps(told), media_type="application/json")


def _results(taken: TakenIn[Verdict]) -> list[dict[str, object]]:
    results: list[dict[str, object]] = []
    for place, each in enumerate(taken.verdicts):
        reason = CONFLICTS if each.outcome == "conflicts" else each.reason
        results.append(
            {
                "place": place,
                "number": shown(each.number, length_max=NUMBER_SHOWN_MAX),
                "outcome": each.outcome,
                "version": getattr(each, "version", None),
                "field": shown(each.field, length_max=FIELD_SHOWN_MAX),
                "reason": shown(reason, length_max=REASON_SHOWN_MAX),
                "reason_vi": vietnamese_of(reason) if reason else "",
            }
        )
    return results


def _push(intake: Intake) -> dict[str, Any]:
    return {
        "push": intake.intake_id,
        "authority": intake.authority,
        "channel": intake.channel.value,
        "items": intake.item_count,
        "body_sha256": intake.digest.hex(),
        "received_at": intake.received_at,
        "finished_at": intake.finished_at,
        "counts": dict(intake.counts),
    }


def _obligation(house: House, report: Report) -> ObligationOut:
    kept = report.obligation
    return ObligationOut(
        authority=kept.provider,
        kind=kept.kind,
        number=kept.number_shown,
        status=kept.status,
        version=kept.version,
        pushed_at=kept.pushed_at,
        confirmed_at=kept.confirmed_at,
        changed_at=kept.changed_at,
        replaced_by=report.successor,
        paid_vnd=sum(part.amount.vnd for part in kept.paid),
        due=None if report.quote is None else quote_out(report.quote, house.pages.speeches),
        unpriced=report.unpriced,
        payments=[
            PaymentOfOut(
                number=each.number,
                status=each.state,
                amount_vnd=each.amount.vnd,
                paid_at=each.paid_at,
            )
            for each in report.payments
        ],
        changes=[
            ChangeOfOut(
                version=each.version,
                act=each.act,
                document=each.document,
                reason=each.reason,
                changed_at=each.changed_at,
            )
            for each in report.changes
        ],
    )


def _documented(
    schema: Mapping[str, object], examples: Mapping[str, Mapping[str, object]]
) -> dict[str, Any]:
    """Return what the OpenAPI document says of a body that is read by hand."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": schema,
                    "examples": {name: {"value": each} for name, each in examples.items()},
                }
            },
        }
    }
