"""A portal's day without a person: many payments through the doors, the close, the proof."""

import time
from collections import Counter
from dataclasses import dataclass

import httpx2

from api import commands
from api.clock import monotonic_ms
from api.far_side import Sandbox
from api.house import House
from api.portal_day import portal_day
from api.screen import show
from payments.obligation import NewObligation
from payments.obligations.registry import KINDS
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from payments.states import PaymentState

PUSH_MAX = 500
SETTLE_MAX_S = 180
PAYER_ADDRESS = "127.0.0.1"
_PAUSE_S = 1
_SHOW_EVERY = 50
_OPEN = (PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN)


def run(house: House, *, payments: int, seed: int, partner_key: str) -> int:
    """Make the payments, wait until each has its outcome, close the day and prove it.

    Returns the status of the command: 0 when all is closed and proven, 1 when anything is not.
    """
    started = monotonic_ms()
    show(f"\n{payments} payments, seed {seed}; callbacks: 10 % lost, 20 % doubled, 10 % late")
    demands = list(portal_day(payments, today=house.today(), seed=seed))
    for first in range(0, payments, PUSH_MAX):
        with house.open_tx() as tx:
            push_obligations(
                tx,
                demands[first : first + PUSH_MAX],
                keys=house.personal_keys,
                now=house.clock(),
            )
    with httpx2.Client(timeout=30, trust_env=False) as client:
        sandbox = Sandbox(client, str(house.settings.far_side_url))
        portal = Portal(client, house.settings.partner_url, partner_key)
        for ordinal, demand in enumerate(demands, start=1):
            sandbox.pay(portal.start(demand, key=f"demo-{seed}-{ordinal}"))
            if ordinal % _SHOW_EVERY == 0 or ordinal == payments:
                _say(f"paid at the gateway: {ordinal} of {payments}", since_ms=started)
    _wait_for_outcomes(house, since_ms=started)
    is_closed = commands.close_days(house, only=None, by=None) == 0
    is_proven = commands.prove_house(house, as_json=False) == 0
    _say("done", since_ms=started)
    return 0 if is_closed and is_proven else 1


@dataclass(frozen=True, slots=True)
class Portal:
    """What a portal does at the partner door, over HTTP like anybody else."""

    client: httpx2.Client
    url: str
    key: str

    def start(self, demand: NewObligation, *, key: str) -> str:
        """Find an obligation, open a payment for it and return the gateway's address."""
        return self.send(self.open(self.find(demand), key=key))

    def find(self, demand: NewObligation) -> dict[str, object]:
        """Return what stands on the payer's screen: the obligation's token and its total."""
        asked: dict[str, object] = {"number": demand.number, "subject": demand.subject}
        if demand.decided_on is not None:
            asked["decided_on"] = demand.decided_on.isoformat()
        kind = KINDS[demand.kind]
        if kind.typed is not None:
            asked["number"] = kind.typed(demand.number)
        return self._post("/v1/look-ups", asked)

    def open(self, found: dict[str, object], *, key: str) -> str:
        """Open a payment of what was found and return its number."""
        body: dict[str, object] = {
            "obligations": [found["obligation"]],
            "shown_total_vnd": found["total_vnd"],
        }
        return str(self._post("/v1/payments", body, key=key)["number"])

    def send(self, number: str) -> str:
        """Choose VNPAY for a payment and return where the payer goes."""
        body: dict[str, object] = {"gateway": "vnpay", "payer_address": PAYER_ADDRESS}
        return str(self._post(f"/v1/payments/{number}/attempts", body)["url"])

    def _post(self, path: str, body: dict[str, object], *, key: str = "") -> dict[str, object]:
        headers = {"authorization": f"Bearer {self.key}"}
        if key:
            headers["idempotency-key"] = key
        answer = self.client.post(self.url + path, json=body, headers=headers)
        answer.raise_for_status()
        return answer.json()


def _wait_for_outcomes(house: House, *, since_ms: int) -> None:
    """Wait until no payment is open: lost callbacks are found by asking the gateway."""
    for _ in range(SETTLE_MAX_S // _PAUSE_S):
        with house.open_tx() as tx:
            states = Counter(payment_rows.count_by_state(tx))
        waiting = sum(states[state] for state in _OPEN)
        _say(f"paid {states[PaymentState.PAID]}, no outcome yet {waiting}", since_ms=since_ms)
        if waiting == 0:
            return
        time.sleep(_PAUSE_S)


def _say(text: str, *, since_ms: int) -> None:
    show(f"  {(monotonic_ms() - since_ms) // 1000:4d} s  {text}")
