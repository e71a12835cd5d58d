"""The simulated police system: takes signed events, keeps each once, and shows them to people."""

import enum
import json
import time
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from jinja2 import Environment
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from gateways.simulators.clock import moment, now_ms
from gateways.simulators.raw_body import raw_body
from gateways.simulators.store import Row, Store

EVENTS_PATH: Final = "/simulator/police/events"
_SHOWN_MAX: Final = 100
_OBJECT: Final = TypeAdapter(dict[str, object])


class Mode(enum.StrEnum):
    """How the police system behaves towards events."""

    NORMAL = "normal"
    DOWN = "down"  # 503
    BROKEN = "broken"  # 500 after keeping the event: the answer is what is lost
    SLOW = "slow"  # a right answer after `slow_s` seconds
    GONE = "gone"  # 410


class Behave(BaseModel):
    """How to behave from now on."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    slow_s: Annotated[int, Field(ge=0, le=120)] = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """An event as the page shows it."""

    arrival: int
    received_at: str
    event_id: str
    times: int
    kind: str
    body: str


def routes(store: Store, webhook_secret: str, pages: Environment) -> APIRouter:
    """Return the simulated police system's addresses."""
    router = APIRouter()
    webhook = Webhook(webhook_secret)

    @router.post(EVENTS_PATH)
    def receive(request: Request, body: Annotated[bytes, Depends(raw_body)]) -> Response:
        return _receive(store, webhook, body, dict(request.headers))

    @router.get(EVENTS_PATH)
    def events(
        after: int = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
    ) -> dict[str, object]:
        rows = store.rows(
            "SELECT * FROM police_event WHERE arrival > ? ORDER BY arrival LIMIT ?", after, limit
        )
        following = int(rows[-1]["arrival"]) if len(rows) == limit else None
        return {"events": [_report(row) for row in rows], "next_after": following}

    @router.post("/simulator/police/mode")
    def behave(wanted: Behave) -> dict[str, str]:
        store.keep_setting("police.mode", value=wanted.mode)
        store.keep_setting("police.slow_s", value=str(wanted.slow_s))
        return {"mode": wanted.mode}

    @router.get("/simulator/police", response_class=HTMLResponse)
    def page(lang: str = "vi") -> str:
        rows = store.rows("SELECT * FROM police_event ORDER BY arrival DESC LIMIT ?", _SHOWN_MAX)
        return pages.get_template("police.html").render(
            lang="en" if lang == "en" else "vi",
            events=[_shown(row) for row in rows],
            mode=store.setting("police.mode", default=Mode.NORMAL),
        )

    return router


def _receive(store: Store, webhook: Webhook, body: bytes, headers: dict[str, str]) -> Response:
    mode = Mode(store.setting("police.mode", default=Mode.NORMAL))
    if mode is Mode.DOWN:
        return Response(status_code=503)
    if mode is Mode.GONE:
        return Response(status_code=410)
    if mode is Mode.SLOW:
        time.sleep(int(store.setting("police.slow_s", default="5")))
    try:
        webhook.verify(body, headers, json_parse=False)
        _OBJECT.validate_json(body)
    except WebhookVerificationError:
        return JSONResponse({"error": "signature"}, status_code=401)
    except ValidationError:
        return JSONResponse({"error": "body"}, status_code=400)
    with store.change() as tx:
        tx.execute(
            """INSERT INTO police_event (event_id, received_at_ms, times, body) VALUES (?, ?, 1, ?)
               ON CONFLICT (event_id) DO UPDATE SET times = times + 1""",
            (headers["webhook-id"], now_ms(), body.decode()),
        )
    return Response(status_code=500 if mode is Mode.BROKEN else 204)


def _report(row: Row) -> dict[str, object]:
    return {
        "arrival": row["arrival"],
        "event_id": row["event_id"],
        "received_at": moment(row["received_at_ms"]).isoformat(timespec="milliseconds"),
        "times": row["times"],
        "body": json.loads(row["body"]),
    }


def _shown(row: Row) -> Shown:
    read = _OBJECT.validate_json(row["body"])
    return Shown(
        arrival=int(row["arrival"]),
        received_at=f"{moment(row['received_at_ms']):%d/%m/%Y %H:%M:%S}",
        event_id=str(row["event_id"]),
        times=int(row["times"]),
        kind=str(read.get("type", "")),
        body=json.dumps(read, ensure_ascii=False, indent=2),
    )
