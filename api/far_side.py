"""The sandbox's far sides, asked to do what real partners do by themselves each evening."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import httpx2

from reconciliation.proofs.contract import FarSide

_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
PAGE = 1_000


class FarSideAway(Exception):
    """The simulated far sides do not answer; the message is one line."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The simulated far sides at one address."""

    client: httpx2.Client
    url: str

    def send_files(self, business_date: date, *, now: datetime) -> None:
        """Have the gateway report all it took so far as that day, and the treasury its credits.

        Raises:
            FarSideAway: nobody answers there.
        """
        self._post(
            "/simulator/vnpay/settle",
            {
                "business_date": business_date.isoformat(),
                "from": _LONG_AGO.isoformat(),
                "until": now.isoformat(),
            },
        )
        self._post("/simulator/treasury/statement", {"business_date": business_date.isoformat()})

    def pay(self, url: str, *, behaviour: str = "") -> str:
        """Press Pay on the gateway's page at this address; return where the payer is sent next.

        `behaviour` says what becomes of it, '' for what is planned or drawn.

        Raises:
            FarSideAway: nobody answers there.
        """
        wanted: dict[str, object] = {"url": url}
        if behaviour:
            wanted["behaviour"] = behaviour
        return str(self._post("/simulator/vnpay/pay", wanted)["return_url"])

    def told(self) -> FarSide:
        """Return what the far sides remember: who paid, and what we acknowledged.

        Raises:
            FarSideAway: nobody answers there.
        """
        orders = list(self._orders())
        return FarSide(
            paid={
                (str(order["txn_ref"]), str(order["transaction_no"])): int(order["taken_vnd"])
                for order in orders
                if order["is_paid"]
            },
            acknowledged=frozenset(
                str(order["txn_ref"]) for order in orders if order["acknowledged"] in ("00", "02")
            ),
        )

    def _orders(self) -> Iterator[dict[str, Any]]:
        after = 0
        while True:
            page = self._get(f"/simulator/vnpay/orders?after={after}&limit={PAGE}")
            yield from page["orders"]
            if page["next_after"] is None:
                return
            after = int(page["next_after"])

    def _get(self, path: str) -> dict[str, Any]:
        try:
            answer = self.client.get(self.url + path)
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            raise FarSideAway(f"the far sides at {self.url} do not answer: {error}") from error
        return answer.json()

    def _post(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        try:
            answer = self.client.post(self.url + path, json=body)
            answer.raise_for_status()
        except httpx2.HTTPError as error:
            raise FarSideAway(f"the far sides at {self.url} do not answer: {error}") from error
        return answer.json()
