"""Every gateway's way in: reads raw bytes, gathers notices, answers after the commit."""

from collections.abc import Sequence

import structlog
from fastapi import APIRouter, Request, Response

from api.gathered import Gatherer
from api.house import House
from gateways.contract import Gateway, RawRequest, Rejection, Verdict
from payments.apply_notices import apply_notices
from payments.errors import NotFound
from payments.evidence import EvidenceKind, Received

PATH = "/callbacks/"
BODY_MAX = 64 * 1024

_log = structlog.get_logger()

Hearing = Gatherer[Received, Verdict]


class BodyTooLarge(Exception):
    """A callback's body is beyond `BODY_MAX`; no partner sends one that long."""


def routes(house: House) -> APIRouter:
    """Return the callback door, `/callbacks/<gateway>`, for every gateway that is open here."""

    def apply(notices: Sequence[Received]) -> list[Verdict]:
        with house.open_callback_tx() as tx:
            return apply_notices(
                tx,
                notices,
                calendar=house.calendar,
                signer=house.signer,
                rates=house.rates,
                now=house.clock(),
            )

    hearing: Hearing = Gatherer("callbacks", apply)
    router = APIRouter()

    @router.api_route(PATH + "{gateway_code}", methods=["GET", "POST"], include_in_schema=False)
    async def hear(gateway_code: str, request: Request) -> Response:
        gateway = house.gateways.get(gateway_code)
        if gateway is None:
            raise NotFound(gateway_code)
        raw = await _raw(request)
        verdict = await _hear(gateway, raw, hearing=hearing, house=house)
        answer = gateway.answer(verdict)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    return router


async def _hear(gateway: Gateway, raw: RawRequest, *, hearing: Hearing, house: House) -> Verdict:
    notice = gateway.read_callback(raw)
    if isinstance(notice, Rejection):
        _log.warning("callback.refused", gateway=gateway.code, reason=notice.reason, peer=raw.peer)
        return notice.verdict
    received = Received(
        kind=EvidenceKind.CALLBACK, raw=raw, notice=notice, received_at=house.clock()
    )
    verdict = await _heard(hearing, received)
    _log.info(
        "callback.heard",
        gateway=gateway.code,
        reference=notice.reference,
        outcome=notice.outcome,
        verdict=verdict,
    )
    return verdict


async def _heard(hearing: Hearing, received: Received) -> Verdict:
    try:
        return await hearing.submit(received)
    except Exception:  # noqa: BLE001 (a door: the partner is answered whatever broke)
        reference = received.notice.reference
        _log.warning("callback.unavailable", reference=reference, exc_info=True)
        return Verdict.UNAVAILABLE


async def _raw(request: Request) -> RawRequest:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_MAX:
            raise BodyTooLarge
    return RawRequest(
        method=request.method,
        path=request.url.path,
        query=request.scope["query_string"],
        headers=tuple((name, value) for name, value in request.headers.items()),
        body=bytes(body),
        peer=request.client.host if request.client else "",
    )
