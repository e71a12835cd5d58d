"""Three hosts from one program: citizen pages, staff console, partner API."""

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from threading import Lock
from types import ModuleType
from urllib.parse import urlsplit

import structlog
from anyio import CancelScope, to_thread
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import api.citizen
import api.console
import api.partner
from api import callbacks
from api.access.body_limit import BODY_BYTES_MAX, BULK_BYTES_MAX, BULK_DOORS, BodyLimit
from api.access.errors import PartnerRefused
from api.access.headers import SafeHeaders
from api.access.partner_door import PartnerDoor
from api.access.partner_key import caller_in
from api.access.signed_door import SignedDoor
from api.access.staff_session import SignInNeeded, staff_of
from api.access.strict_json import StrictJson
from api.callbacks import BodyTooLarge
from api.house import House
from api.partner.event_catalogue import with_webhooks
from api.partner.refusals import only_known, with_refusals
from api.problems import RETRY_AFTER_S, Problem, problem_of
from gateways.errors import GatewayError
from ledger.errors import BookRefused, BookUnreachable
from payments.errors import PaymentsError
from reconciliation.errors import ReconciliationError

IN_FLIGHT_MAX = 64
"""Requests worked on or queued in one process; more are refused at once with 503.

Callbacks have a queue, a thread and connections of their own and are not among them.
"""

WAIT_S = 1
"""How long a request may wait for a thread while others take long; then it is refused with 503."""

_STATIC = Path(__file__).parent / "static"
_TOLD = (
    PaymentsError,
    BookRefused,
    BookUnreachable,
    ReconciliationError,
    BodyTooLarge,
    GatewayError,
    PartnerRefused,
    RequestValidationError,
    HTTPException,
    Exception,
)
_log = structlog.get_logger()

Show = Callable[[Request, Problem], Response]
Tell = Callable[[Request, Exception], Response]
Build = Callable[[], ASGIApp]


def application(house: House) -> "Hosts":
    """Return the program behind all three hosts; the Host header decides which one answers."""
    hosts = {
        _netloc(house.settings.citizen_url): partial(_citizen, house),
        _netloc(house.settings.staff_url): partial(_staff, house),
        _netloc(house.settings.partner_url): partial(_partner, house),
    }
    return Hosts(
        hosts,
        hearing={_netloc(house.settings.partner_url): partial(_hearing, house)},
        threads_max=house.settings.threads_max,
    )


class Hosts:
    """Hands each request to the host it names; sheds what would only pile up."""

    def __init__(
        self, hosts: Mapping[str, Build], *, hearing: Mapping[str, Build], threads_max: int
    ) -> None:
        """Keep how programs are built, by `host:port` as browsers send it.

        `hearing` are those of gateways. Each is built once, when it is first asked.
        """
        self._hosts = {host: _once(build) for host, build in hosts.items()}
        self._hearing = {host: _once(build) for host, build in hearing.items()}
        self._threads_max = threads_max
        self._in_flight = 0

    def built(self) -> "Hosts":
        """Build all of it now, so that nobody's first request waits; return the same."""
        for build in (*self._hosts.values(), *self._hearing.values()):
            build()
        return self

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        host = _host_of(scope)
        if host in self._hearing and str(scope.get("path", "")).startswith(callbacks.PATH):
            await self._hearing[host]()(scope, receive, send)
            return
        app = self._hosts[host]() if host in self._hosts else _refusal(HTTPException(404))
        if self._in_flight >= IN_FLIGHT_MAX:
            app = _refusal(HTTPException(503))
        self._in_flight += 1
        try:
            await _worked_on(app, scope, receive, send)
        finally:
            self._in_flight -= 1

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        # Two cores are busy with about four requests; more threads only fight for the lock.
        to_thread.current_default_thread_limiter().total_tokens = self._threads_max
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


def _once(build: Build) -> Build:
    """Return what builds a program the first time, and gives the same ever after."""
    kept, lock = cache(build), Lock()

    def built() -> ASGIApp:
        with lock:  # Requests of several threads would each build one otherwise.
            return kept()

    return built


async def _worked_on(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request, or refuse it when no thread took it up in time."""
    threads, request = to_thread.current_default_thread_limiter(), asyncio.current_task()
    is_answered = False

    async def answer(message: Message) -> None:
        nonlocal is_answered
        is_answered = True
        await send(message)

    def look() -> None:
        found = threads.statistics()
        if found.tasks_waiting and request not in found.borrowers and not is_answered:
            patience.cancel()

    with CancelScope() as patience:
        waiting = asyncio.get_running_loop().call_later(WAIT_S, look)
        try:
            await app(scope, receive, answer)
        finally:
            waiting.cancel()
    if patience.cancelled_caught:
        await _refusal(HTTPException(503))(scope, receive, send)


def _citizen(house: House) -> FastAPI:
    app = _host(house, api.citizen, show=house.pages.problem)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def _staff(house: House) -> FastAPI:
    app = _host(house, api.console, show=house.pages.problem)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app


def _partner(house: House) -> FastAPI:
    app = _host(house, api.partner, show=_document, openapi="/v1/openapi.json")
    described = app.openapi
    app.openapi = lambda: with_webhooks(with_refusals(described()))
    return app


def _hearing(house: House) -> FastAPI:
    """Return the program of gateways: nothing stands between their bytes and who reads them."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(callbacks.routes(house))
    _tell_troubles(app, house, show=_document)
    app.add_middleware(SafeHeaders, https=house.settings.citizen_url.startswith("https:"))
    return app


def _host(house: House, package: ModuleType, *, show: Show, openapi: str | None = None) -> FastAPI:
    app = FastAPI(title="clearing", version="1", openapi_url=openapi, docs_url=None, redoc_url=None)
    rules = [Depends(only_known)] if package is api.partner else []
    for router in _routers(package, house):
        app.include_router(router, dependencies=rules)

    @app.get("/health", include_in_schema=False)
    def health() -> dict[str, str]:
        return {"status": "up"}

    tell = _tell_troubles(app, house, show=show)
    if package is api.partner:
        app.add_middleware(StrictJson, refuse=tell)
        app.add_middleware(SignedDoor, house=house, refuse=tell)
        app.add_middleware(BodyLimit, bytes_max=_partner_limit)
        app.add_middleware(PartnerDoor, house=house, refuse=tell)
    elif package is api.console:
        app.add_middleware(BodyLimit, bytes_max=_staff_limit(house))
    else:
        app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders, https=house.settings.citizen_url.startswith("https:"))
    app.add_middleware(GZipMiddleware, minimum_size=1_000)
    return app


def _tell_troubles(app: FastAPI, house: House, *, show: Show) -> Tell:
    """Answer everything that is raised in a program as a problem, and return what does it."""

    def tell(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        level = _log.error if problem.status >= 500 else _log.info
        level(
            "door.refused",
            type=problem.type,
            status=problem.status,
            support_code=problem.support_code,
            path=request.url.path,
            exc_info=error if problem.type == "internal" else None,
        )
        response = show(request, problem)
        if problem.status in (429, 503):
            response.headers["Retry-After"] = str(problem.retry_after_s)
        elif problem.held is not None:
            now = house.clock()
            left_s = int(((problem.held.until or now) - now).total_seconds()) + 1
            response.headers["Retry-After"] = str(max(problem.retry_after_s, left_s))
        if problem.status == 401:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    for kind in _TOLD:
        app.add_exception_handler(kind, tell)
    return tell


def _partner_limit(scope: Scope) -> int:
    """Return how long a body may be: long ones only from who shows a key."""
    is_bulk = scope["path"] in BULK_DOORS and caller_in(scope) is not None
    return BULK_BYTES_MAX if is_bulk else BODY_BYTES_MAX


def _staff_limit(house: House) -> Callable[[Scope], int]:
    """Return what says how long a body may be: lists of obligations from who is signed in."""

    def limit(scope: Scope) -> int:
        if not str(scope["path"]).removeprefix("/en").startswith("/uploads"):
            return BODY_BYTES_MAX
        try:
            staff_of(Request(scope), house.settings, now=house.clock())
        except SignInNeeded:
            return BODY_BYTES_MAX
        return BULK_BYTES_MAX

    return limit


def _routers(package: ModuleType, house: House) -> list[APIRouter]:
    """Return the routers of every door file in a package: a new page is a new file."""
    names = sorted(module.name for module in pkgutil.iter_modules(package.__path__))
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in names]
    return [module.routes(house) for module in modules if hasattr(module, "routes")]


def _document(_request: Request, problem: Problem) -> Response:
    return JSONResponse(problem.document(), problem.status, media_type="application/problem+json")


def _refusal(error: HTTPException) -> ASGIApp:
    problem = problem_of(error)
    return JSONResponse(
        problem.document(),
        problem.status,
        media_type="application/problem+json",
        headers={"Retry-After": str(RETRY_AFTER_S)} if problem.status == 503 else None,
    )


def _netloc(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _host_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"host":
            return bytes(value).decode("latin-1").lower()
    return ""
