"""JSON v1: the addresses a partner is told of its payments at."""

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt

from api.access.partner_key import partner_of
from api.access.scope import Scope
from api.house import House
from api.partner.idempotent import Once, OnceOnly, answer_once
from api.partner.refusals import refusals
from api.partner.vietnam_time import VietnamTime
from ledger.postgres.transaction import Tx
from payments.add_endpoint import NewEndpoint, add_endpoint
from payments.change_endpoint import EndpointChange, change_endpoint
from payments.client_event import EventType
from payments.errors import NotFound
from payments.personal_data import NONCE_BYTES
from payments.ping_endpoint import ping_endpoint
from payments.postgres.endpoint_delivery_rows import Backlog, backlogs
from payments.postgres.endpoint_rows import endpoint_of, endpoints_of
from payments.remove_endpoint import remove_endpoint
from payments.rotate_endpoint_secret import rotate_endpoint_secret
from payments.webhook_address import URL_MAX
from payments.webhook_endpoint import (
    DESCRIPTION_MAX,
    OVERLAP,
    OVERLAP_MAX,
    DrawnSecret,
    Endpoint,
    SealedSecret,
    seal_secret,
    secret_text,
)

_ID: Final = re.compile(r"we_[0-9a-f]{24}")
_HOUR: Final = timedelta(hours=1)

Url = Annotated[str, Field(min_length=1, max_length=URL_MAX)]
Types = Annotated[list[EventType], Field(max_length=len(EventType))]
Description = Annotated[str, Field(max_length=DESCRIPTION_MAX, pattern=r"^[^\x00-\x1f\x7f]*$")]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EndpointIn(_In):
    """An https address of a public name; no `types` means all of them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "url": "https://hooks.example.vn/clearing",
                    "types": ["payment.paid", "payment.corrected"],
                    "description": "Kế toán",
                }
            ]
        },
    )

    url: Url
    types: Types = Field(default_factory=list[EventType])
    description: Description = ""
    enabled: StrictBool = True


class EndpointChangeIn(_In):
    """What becomes otherwise; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"enabled": False}]})

    url: Url | None = None
    types: Types | None = None
    description: Description | None = None
    enabled: StrictBool | None = None


class RotationIn(_In):
    """How long the secret until now signs beside the new one; 0 ends it at once."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"overlap_hours": 24}]}
    )

    overlap_hours: StrictInt = Field(default=OVERLAP // _HOUR, ge=0, le=OVERLAP_MAX // _HOUR)


class EndpointOut(BaseModel):
    """An address; `disabled_reason` is `gone` after it answered 410.

    `waiting` events are told later, `parked` ones were given up on and wait for a replay.
    """

    id: str
    url: str
    types: list[EventType]
    description: str
    enabled: bool
    disabled_reason: str | None
    disabled_at: VietnamTime | None
    failing_since: VietnamTime | None
    waiting: int
    parked: int
    created_at: VietnamTime
    changed_at: VietnamTime


class NewEndpointOut(EndpointOut):
    """A new address and the secret its events are signed with, shown this once."""

    secret: str = Field(description="Standard Webhooks: `whsec_` and base64")


class EndpointsOut(BaseModel):
    """All addresses of this partner, oldest first; there are ten at most."""

    webhook_endpoints: list[EndpointOut]


class RotationOut(BaseModel):
    """The new secret, shown this once; the one before signs too until `old_until`."""

    id: str
    old_until: VietnamTime
    secret: str = Field(description="Standard Webhooks: `whsec_` and base64")


class PingOut(BaseModel):
    """The id of the event that is sent; its deliveries say what became of it."""

    event: str


def routes(house: House) -> APIRouter:
    """Return the doors of webhook endpoints."""
    router = APIRouter(prefix="/v1", tags=["webhook-endpoints"])
    _reading(router, house)
    _writing(router, house)
    _acting(router, house)
    return router


def endpoint_id_of(text: str) -> str:
    """Return an id as it came.

    Raises:
        NotFound: it cannot be one.
    """
    if not _ID.fullmatch(text):
        raise NotFound
    return text


def _reading(router: APIRouter, house: House) -> None:
    partner = Depends(partner_of(house, Scope.EVENTS_READ))

    @router.get("/webhook-endpoints")
    def read_all(client: Annotated[str, partner]) -> EndpointsOut:
        """List the addresses of this partner."""
        with house.open_tx() as tx:
            found = endpoints_of(tx, client)
            behind = backlogs(tx, [each.endpoint_id for each in found])
        return EndpointsOut(webhook_endpoints=[_out(each, behind) for each in found])

    @router.get("/webhook-endpoints/{endpoint_id}", responses=refusals(404))
    def read_one(endpoint_id: str, client: Annotated[str, partner]) -> EndpointOut:
        """Read one address."""
        with house.open_tx() as tx:
            found = endpoint_of(tx, endpoint_id_of(endpoint_id), client=client)
            behind = backlogs(tx, [endpoint_id])
        if found is None:
            raise NotFound
        return _out(found, behind)


def _writing(router: APIRouter, house: House) -> None:
    partner = Depends(partner_of(house, Scope.WEBHOOKS_WRITE))

    @router.post(
        "/webhook-endpoints",
        status_code=201,
        response_model=NewEndpointOut,
        responses=refusals(409),
    )
    def add(body: EndpointIn, client: Annotated[str, partner], once: OnceOnly) -> Response:
        """Add an address; what happens from now on is told there."""
        secret = _secret(house, once, client=client)

        def work(tx: Tx) -> NewEndpointOut:
            new = NewEndpoint(
                endpoint_id=f"we_{secrets.token_hex(12)}",
                client=client,
                url=body.url,
                types=body.types,
                description=body.description,
                is_enabled=body.enabled,
            )
            kept = add_endpoint(
                tx,
                new,
                _sealed(house, secret, endpoint_id=new.endpoint_id),
                is_sandbox=house.settings.sandbox,
                now=house.clock(),
            )
            return NewEndpointOut(**_out(kept, {}).model_dump(), secret="")

        return _with_secret(answer_once(house, once, work, client=client, body=body), secret)

    @router.patch("/webhook-endpoints/{endpoint_id}", responses=refusals(404))
    def change(
        endpoint_id: str, body: EndpointChangeIn, client: Annotated[str, partner]
    ) -> EndpointOut:
        """Change an address, or enable or disable it; what it missed is told when it is enabled."""
        with house.open_tx() as tx:
            kept = change_endpoint(
                tx,
                endpoint_id_of(endpoint_id),
                EndpointChange(body.url, body.types, body.description, body.enabled),
                client=client,
                is_sandbox=house.settings.sandbox,
                now=house.clock(),
            )
            behind = backlogs(tx, [endpoint_id])
        return _out(kept, behind)

    @router.delete("/webhook-endpoints/{endpoint_id}", status_code=204, responses=refusals(404))
    def remove(endpoint_id: str, client: Annotated[str, partner]) -> None:
        """Remove an address and its secrets; nothing more is told there."""
        with house.open_tx() as tx:
            remove_endpoint(tx, endpoint_id_of(endpoint_id), client=client, now=house.clock())


def _acting(router: APIRouter, house: House) -> None:
    partner = Depends(partner_of(house, Scope.WEBHOOKS_WRITE))

    @router.post(
        "/webhook-endpoints/{endpoint_id}/rotate-secret",
        response_model=RotationOut,
        responses=refusals(404, 409),
    )
    def rotate(
        endpoint_id: str, body: RotationIn, client: Annotated[str, partner], once: OnceOnly
    ) -> Response:
        """Give an address a new secret; old and new both sign until the overlap ends."""
        secret = _secret(house, once, client=client)

        def work(tx: Tx) -> RotationOut:
            until = rotate_endpoint_secret(
                tx,
                endpoint_id_of(endpoint_id),
                _sealed(house, secret, endpoint_id=endpoint_id),
                client=client,
                overlap=body.overlap_hours * _HOUR,
                now=house.clock(),
            )
            return RotationOut(id=endpoint_id, old_until=until, secret="")

        answer = answer_once(house, once, work, client=client, body=body, status=200)
        return _with_secret(answer, secret)

    @router.post(
        "/webhook-endpoints/{endpoint_id}/test",
        status_code=202,
        response_model=PingOut,
        responses=refusals(404, 409),
    )
    def test(endpoint_id: str, client: Annotated[str, partner], once: OnceOnly) -> Response:
        """Send an address a `ping`, whatever types it chose; 409 while ten wait there."""

        def work(tx: Tx) -> PingOut:
            event = ping_endpoint(
                tx,
                endpoint_id_of(endpoint_id),
                client=client,
                cause=secrets.token_hex(8),
                now=house.clock(),
            )
            return PingOut(event=event)

        return answer_once(house, once, work, client=client, body=None, status=202)


def _secret(house: House, once: Once, *, client: str) -> bytes:
    """Return the secret this call draws: nobody else's, and the same when it is sent again.

    So the answer can be given again without ever having been kept.
    """
    key = bytes.fromhex(house.settings.secret_key.get_secret_value())
    call = json.dumps(["webhook-secret", client, once.route, once.key])
    return hmac.digest(key, call.encode(), "sha256")


def _sealed(house: House, secret: bytes, *, endpoint_id: str) -> SealedSecret:
    drawn = DrawnSecret(secret, secrets.token_bytes(NONCE_BYTES), secrets.token_hex(8))
    return seal_secret(house.personal_keys, drawn, endpoint_id=endpoint_id)


def _with_secret(answer: Response, secret: bytes) -> Response:
    """Return the answer as it is kept, with the secret that is not."""
    told = json.loads(bytes(answer.body)) | {"secret": secret_text(secret)}
    kept = {name: text for name, text in answer.headers.items() if name != "content-length"}
    return Response(
        json.dumps(told, ensure_ascii=False, separators=(",", ":")), answer.status_code, kept
    )


def _out(endpoint: Endpoint, behind: Mapping[str, Backlog]) -> EndpointOut:
    backlog = behind.get(endpoint.endpoint_id, Backlog())
    return EndpointOut(
        id=endpoint.endpoint_id,
        url=endpoint.url,
        types=list(endpoint.types),
        description=endpoint.description,
        enabled=endpoint.is_enabled,
        disabled_reason=endpoint.disabled_reason or None,
        disabled_at=endpoint.disabled_at,
        failing_since=endpoint.failing_since,
        waiting=backlog.waiting,
        parked=backlog.parked,
        created_at=endpoint.created_at,
        changed_at=endpoint.changed_at,
    )
