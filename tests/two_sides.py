"""Our program and the far sides, each behind a port of its own, under one clock that tests turn."""

import socket
import threading
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.types import ASGIApp

from api.application import application
from api.far_side import Sandbox
from api.house import House
from api.refund_jobs import refund_jobs
from api.start_payment import open_for, send
from gateways.contract import Redirect
from gateways.simulators.application import build
from gateways.simulators.vnpay_callbacks import Rule
from gateways.simulators.vnpay_orders import Merchant
from gateways.transport import Transport
from gateways.vnpay import Settings as VnpaySettings
from gateways.vnpay import Vnpay
from ledger.postgres.transaction import OpenTx, Tx
from payments.ask_gateway import ask_gateway
from payments.payment import Payment
from tests.api.citizen.payer import forms_of
from tests.api.conftest import ENVIRONMENT, NOON, PERSON_KEYS
from tests.gateways.simulators.far_side import Clock, settings_in, stopped_clock, until

RETRY_MS = 50


@dataclass(frozen=True, slots=True)
class TwoSides:
    """A house, and the far sides its payers and its gateway are sent to."""

    house: House
    clock: Clock
    client: httpx2.Client

    @property
    def far(self) -> Sandbox:
        """Return the far sides."""
        return Sandbox(self.client, str(self.house.settings.far_side_url))

    def plan(self, **wanted: object) -> None:
        """Say what shall become of orders and refunds at the gateway."""
        url = f"{self.far.url}/simulator/vnpay/plan"
        self.client.post(url, json=wanted).raise_for_status()

    def pay(self, obligation_id: int, *, behaviour: str = "paid") -> Payment:
        """Open a payment, and press Pay on the gateway's page."""
        with self.house.open_tx() as tx:
            payment = open_for(
                tx,
                self.house,
                obligation_ids=[obligation_id],
                shown=None,
                language="vi",
                client="test",
            )
        action = send(self.house, payment, gateway_code="vnpay", payer_address="127.0.0.1")
        assert isinstance(action, Redirect)
        self.far.pay(action.url, behaviour=behaviour)
        return payment

    def ask(self) -> None:
        """Ask the gateway about payments."""
        house = self.house
        ask_gateway(
            house.open_tx,
            house.gateways,
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=house.clock(),
            limit_max=10,
            plan=house.ask_plan,
        )

    def run(self, name: str) -> object:
        """Run a job of refunds as the schedule does."""
        (job,) = [each for each in refund_jobs(self.house) if each.name == name]
        return job.act(_unfenced)

    def refunds_at_gateway(self, reference: str) -> list[dict[str, object]]:
        """Return what the gateway gave back of an order."""
        url = f"{self.far.url}/simulator/vnpay/orders/{reference}/refunds"
        return self.client.get(url).json()["refunds"]

    def say(self, person: str, number: str, act: str, **typed: str) -> None:
        """Send the form of a refund's page at the console, as somebody with a name."""
        house = self.house
        browser = TestClient(
            application(house), base_url=house.settings.staff_url, follow_redirects=False
        )
        shown = forms_of(browser.get("/sign-in"))[0].values
        browser.post("/sign-in", data=shown | {"key": PERSON_KEYS[person]})
        page, action = browser.get(f"/refunds/{number}"), f"/refunds/{number}/{act}"
        (form,) = [each for each in forms_of(page) if each.action == action]
        answer = browser.post(action, data=form.values | typed)
        assert answer.status_code == 303, answer.text

    def wait(self, holds: Callable[[Tx], bool]) -> None:
        """Wait until something holds in our database: the gateway calls when it likes."""

        def look() -> bool:
            with self.house.open_tx() as tx:
                return holds(tx)

        until(look)


def _unfenced(open_tx: OpenTx) -> OpenTx:
    def open_it() -> AbstractContextManager[Tx]:
        return open_tx()

    return open_it


@contextmanager
def two_sides(house: House, folder: Path, patch: pytest.MonkeyPatch) -> Generator[TwoSides]:
    """Give a house and far sides that speak over HTTP, at noon of a Monday."""
    clock = stopped_clock(patch, NOON)
    with _port() as far, _port() as near, httpx2.Client(trust_env=False, timeout=10) as client:
        near_url, far_url = _url(near), _url(far)
        merchant = Merchant(ENVIRONMENT["VNPAY_TMN_CODE"], ENVIRONMENT["VNPAY_HASH_SECRET"])
        settings = replace(
            settings_in(folder),
            merchant=merchant,
            callbacks=Rule(f"{near_url}/callbacks/vnpay", RETRY_MS, workers=2),
        )
        gateway = Vnpay(
            VnpaySettings(
                tmn_code=merchant.tmn_code,
                hash_secret=SecretStr(merchant.hash_secret),
                pay_url=f"{far_url}/vnpay/paymentv2/vpcpay.html",
                api_url=f"{far_url}/vnpay/merchant_webapi/api/transaction",
                server_address="127.0.0.1",
            ),
            Transport(client, monotonic_ms=lambda: 0),
        )
        changed = {"partner_url": near_url, "far_side_url": far_url, "inbox": settings.drop}
        house = replace(
            house,
            settings=house.settings.model_copy(update=changed),
            gateways={"vnpay": gateway},
            clock=lambda: clock.at,
        )
        with _served(build(settings), far), _served(application(house), near):
            yield TwoSides(house, clock, client)


_port = partial(socket.create_server, ("127.0.0.1", 0))


def _url(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def _served(app: ASGIApp, listener: socket.socket) -> Generator[None]:
    config = uvicorn.Config(app, log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        until(lambda: server.started)
        yield
    finally:
        server.should_exit = True
        thread.join()
