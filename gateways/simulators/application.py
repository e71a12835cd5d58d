"""Joins the simulated far sides into one web application."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateways.simulators import agency, identity, police, treasury, treasury_doors, vnpay
from gateways.simulators.mailbox import Mailbox
from gateways.simulators.mailbox import routes as mailbox_routes
from gateways.simulators.store import Store
from gateways.simulators.vnpay_callbacks import Callbacks, Rule
from gateways.simulators.vnpay_orders import Merchant
from gateways.simulators.vnpay_settlement import Payout

_TEMPLATES: Final = Path(__file__).with_name("templates")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the far sides are set up; the secrets protect nothing but simulated money."""

    state: Path
    drop: Path
    merchant: Merchant
    callbacks: Rule
    police_secret: str
    faults: str | None
    fee_vnd: int
    accounts: tuple[str, ...]
    office: agency.Office | None = None
    mail_port: int | None = None
    registered: identity.Registered = identity.NOBODY


def build(settings: Settings) -> FastAPI:
    """Return the application; callbacks run while it does."""
    store = Store(settings.state)
    if settings.faults is not None:
        store.keep_setting("vnpay.faults", value=settings.faults)
    treasury.open_accounts(store, settings.accounts)
    callbacks = Callbacks(store, settings.callbacks)
    pages = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )

    platform = httpx2.Client(trust_env=False, timeout=15)
    mailbox = None if settings.mail_port is None else Mailbox(store, port=settings.mail_port)

    def pass_on(payouts: tuple[Payout, ...]) -> None:
        treasury.expect(store, "VNPAY", payouts)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncGenerator[None]:
        callbacks.start()
        if mailbox is not None:
            mailbox.start()
        yield
        if mailbox is not None:
            mailbox.stop()
        callbacks.stop()
        platform.close()
        store.close()

    application = FastAPI(title="Simulated far sides", lifespan=lifespan)
    far = vnpay.FarSide(
        store=store,
        merchant=settings.merchant,
        callbacks=callbacks,
        pages=pages,
        drop=settings.drop,
        fee_vnd=settings.fee_vnd,
        pass_on=pass_on,
    )
    application.include_router(vnpay.routes(far))
    application.include_router(treasury_doors.routes(store, settings.drop))
    application.include_router(police.routes(store, settings.police_secret, pages))
    application.include_router(mailbox_routes(store, pages))
    if settings.office is not None:
        application.include_router(agency.routes(store, settings.office, pages, platform))
    application.include_router(identity.routes(store, settings.registered, pages))

    @application.get("/simulator/health")
    def health() -> dict[str, str]:
        store.rows("SELECT 1")
        return {"status": "up"}

    @application.get("/", response_class=HTMLResponse)
    def index() -> str:
        return pages.get_template("index.html").render(
            lang="en",
            tmn_code=settings.merchant.tmn_code,
            callback_url=settings.callbacks.url,
            pay_path=vnpay.PAY_PATH,
            api_path=vnpay.API_PATH,
            events_path=police.EVENTS_PATH,
        )

    return application
