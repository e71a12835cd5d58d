"""The far sides inside the test's own process, and our gateway that speaks to them."""

import json
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from gateways.contract import Prepared, Redirect
from gateways.simulators import clock
from gateways.simulators.application import Settings, build
from gateways.simulators.clock import ms_of
from gateways.simulators.store import Store
from gateways.simulators.vnpay_callbacks import Rule
from gateways.simulators.vnpay_orders import Merchant
from gateways.transport import Transport
from gateways.vnpay import Settings as VnpaySettings
from gateways.vnpay import Vnpay
from ledger.money import Money
from tests.gateways.canned_partner import http
from tests.gateways.vnpay_samples import INTENT, MERCHANT, SECRET

NOBODY = "http://127.0.0.1:9/callbacks/vnpay"
POLICE_SECRET = "whsec_dGVzdCBwb2xpY2Ugd2ViaG9vayBzZWNyZXQ="  # noqa: S105 - of a test
RECORDED = http(200, b'{"RspCode":"00","Message":"Confirm Success"}')
PATIENCE_S = 10


@dataclass(frozen=True, slots=True)
class FarSide:
    """The running far sides: their addresses, their folder, and our gateway to them."""

    client: TestClient
    drop: Path
    gateway: Vnpay

    def order(
        self, reference: str = "P1", *, vnd: int = 350_000, beneficiary: str = "KBNN-0021"
    ) -> Prepared:
        """Return an order of ours, created now."""
        now = datetime.now(UTC)
        return self.gateway.prepare(
            replace(
                INTENT,
                reference=reference,
                amount=Money(vnd),
                beneficiary=beneficiary,
                created_at=now,
                expires_at=now + timedelta(minutes=15),
            )
        )

    def address(self, prepared: Prepared) -> str:
        """Return the signed address of an order."""
        action = self.gateway.start(prepared)
        assert isinstance(action, Redirect)
        return action.url

    def pay(
        self,
        reference: str = "P1",
        *,
        behaviour: str | None = None,
        vnd: int = 350_000,
        beneficiary: str = "KBNN-0021",
    ) -> Prepared:
        """Return an order after somebody pressed Pay."""
        prepared = self.order(reference, vnd=vnd, beneficiary=beneficiary)
        self.post("vnpay/pay", url=self.address(prepared), behaviour=behaviour)
        return prepared

    def post(self, door: str, **fields: object) -> dict[str, Any]:
        """Return what a door for testing answers."""
        answer = self.client.post(f"/simulator/{door}", json=fields)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def settle(self, business_date: str, **more: object) -> dict[str, Any]:
        """Return the report of all payments so far, under a business date."""
        begin, until = "2020-01-01T00:00:00+07:00", "2100-01-01T00:00:00+07:00"
        fields = {"business_date": business_date, "from": begin, "until": until, **more}
        return self.post("vnpay/settle", **fields)

    def orders(self, **query: str | int) -> list[dict[str, Any]]:
        """Return what VNPAY knows of its orders."""
        return self.client.get("/simulator/vnpay/orders", params=query).json()["orders"]


def settings_in(folder: Path) -> Settings:
    """Return the settings of far sides that keep all they know in `folder`."""
    return Settings(
        state=folder / "state",
        drop=folder / "drop",
        merchant=Merchant(MERCHANT, SECRET),
        callbacks=Rule(NOBODY, 50, workers=4),
        police_secret=POLICE_SECRET,
        faults=None,
        fee_vnd=0,
        accounts=(),
    )


@dataclass
class Clock:
    """What the far sides take for the clock of their machine, once it stands in its place."""

    at: datetime

    def time_ns(self) -> int:
        """Return the time it stands at."""
        return ms_of(self.at) * 1_000_000

    def later(self, **by: int) -> None:
        """Turn it on, by units as `timedelta` names them."""
        self.at += timedelta(**by)


def stopped_clock(patch: pytest.MonkeyPatch, at: datetime) -> Clock:
    """Put a clock in the far sides that only moves when it is turned."""
    stopped = Clock(at)
    patch.setattr(clock, "time", stopped)
    return stopped


@contextmanager
def far_side(
    folder: Path,
    *,
    callback_url: str = NOBODY,
    retry_ms: int = 50,
    fee_vnd: int = 0,
    faults: str | None = None,
) -> Generator[FarSide]:
    """Give the far sides with their memory in `folder`."""
    settings = replace(
        settings_in(folder),
        callbacks=Rule(callback_url, retry_ms, workers=4),
        faults=faults,
        fee_vnd=fee_vnd,
    )
    with TestClient(build(settings), follow_redirects=False) as client:
        gateway = Vnpay(
            VnpaySettings(
                tmn_code=MERCHANT,
                hash_secret=SecretStr(SECRET),
                pay_url="https://testserver/vnpay/paymentv2/vpcpay.html",
                api_url="https://testserver/vnpay/merchant_webapi/api/transaction",
                server_address="10.1.1.1",
            ),
            Transport(client, monotonic_ms=lambda: 0),
        )
        yield FarSide(client, settings.drop, gateway)


def until(holds: Callable[[], bool]) -> None:
    """Wait until something holds, and fail when it takes too long."""
    give_up_at = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < give_up_at, "waited long enough"
        time.sleep(0.01)


@contextmanager
def store_in(folder: Path) -> Generator[Store]:
    """Give a memory of its own."""
    store = Store(folder)
    yield store
    store.close()


def as_json(text: bytes) -> dict[str, Any]:
    """Return a JSON object."""
    return json.loads(text)
