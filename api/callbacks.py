"""Every gateway's way in: reads raw bytes, gathers notices, answers after the commit."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Request, Response

from api.house import House
from gateways.contract import Gateway, RawRequest, Rejection, Verdict
from ledger.errors import BookUnreachable
from payments.apply_notices import apply_notices
from payments.errors import NotFound
from payments.evidence import EvidenceKind, Received

BODY_MAX = 64 * 1024
BATCH_MAX = 200
QUEUE_MAX = 2_000

_log = structlog.get_logger()

Apply = Callable[[Sequence[Received]], list[Verdict]]


class BodyTooLarge(Exception):
    """A callback's body is beyond `BODY_MAX`; no partner sends one that long."""


@dataclass
class Gatherer:
    """Hands over, as one batch, what arrived while the last transaction committed.

    One caller alone waits for nobody. A batch that fails is tried again one by one, so that a
    single bad notice cannot refuse its neighbours, until the database is found to be away. The
    thread is its own: partners are heard while every other one is busy.
    """

    apply: Apply
    _thread: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(1))
    _waiting: list[tuple[Received, asyncio.Future[Verdict]]] = field(default_factory=list)
    _worker: asyncio.Task[None] | None = None

    async def submit(self, received: Received) -> Verdict:
        """Return what became of the notice, after the commit that holds it."""
        if len(self._waiting) >= QUEUE_MAX:
            return Verdict.UNAVAILABLE
        answer: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, answer))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        while self._waiting:
            batch = self._waiting[:BATCH_MAX]
            del self._waiting[:BATCH_MAX]
            verdicts = [Verdict.UNAVAILABLE] * len(batch)
            try:
                notices = [notice for notice, _ in batch]
                verdicts = await to_thread.run_sync(self._apply_all, notices, limiter=self._thread)
            finally:  # Nobody waits for ever, not even when a log cannot be written.
                for (_, answer), verdict in zip(batch, verdicts, strict=True):
                    if not answer.done():  # The partner may have hung up meanwhile.
                        answer.set_result(verdict)

    def _apply_all(self, notices: Sequence[Received]) -> list[Verdict]:
        try:
            return self.apply(notices)
        except Exception:  # noqa: BLE001 (a door: whatever broke, each notice gets its own try)
            _log.warning("callbacks.batch_failed", notices=len(notices), exc_info=True)
        verdicts = [Verdict.UNAVAILABLE] * len(notices)
        for place, notice in enumerate(notices):
            try:
                verdicts[place] = self._apply_one(notice)
            except BookUnreachable as error:
                _log.warning("callbacks.away", left=len(notices) - place, reason=str(error))
                break
        return verdicts

    def _apply_one(self, received: Received) -> Verdict:
        try:
            return self.apply([received])[0]
        except BookUnreachable:
            raise
        except Exception:  # noqa: BLE001 (a door: the partner is answered whatever broke)
            reference = received.notice.reference
            _log.exception("callbacks.notice_failed", reference=reference)
            return Verdict.UNAVAILABLE


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

    gatherer = Gatherer(apply)
    router = APIRouter()

    @router.api_route("/callbacks/{gateway_code}", methods=["GET", "POST"], include_in_schema=False)
    async def hear(gateway_code: str, request: Request) -> Response:
        gateway = house.gateways.get(gateway_code)
        if gateway is None:
            raise NotFound(gateway_code)
        raw = await _raw(request)
        verdict = await _hear(gateway, raw, gatherer=gatherer, house=house)
        answer = gateway.answer(verdict)
        return Response(answer.body, answer.status, media_type=answer.media_type)

    return router


async def _hear(gateway: Gateway, raw: RawRequest, *, gatherer: Gatherer, house: House) -> Verdict:
    notice = gateway.read_callback(raw)
    if isinstance(notice, Rejection):
        _log.warning("callback.refused", gateway=gateway.code, reason=notice.reason, peer=raw.peer)
        return notice.verdict
    received = Received(
        kind=EvidenceKind.CALLBACK, raw=raw, notice=notice, received_at=house.clock()
    )
    verdict = await gatherer.submit(received)
    _log.info(
        "callback.heard",
        gateway=gateway.code,
        reference=notice.reference,
        outcome=notice.outcome,
        verdict=verdict,
    )
    return verdict


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
