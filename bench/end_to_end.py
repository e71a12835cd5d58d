"""Payments from a client's first request to the authority's receipt of the event."""

import asyncio
import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from api.clock import now
from api.processes import open_port
from bench.callers import HEADINGS, Held, Talk, hold, post
from bench.decisions import POLICE, new_register
from bench.payment_calls import HASH_SECRET, TMN_CODE, Payers
from bench.place import Place, drop_database
from bench.push_http import LOOPBACK, STOP_MAX_S, environment_of, serving, wait_until_up

DATABASE: Final = "bench_end_to_end"
OBLIGATIONS: Final = 50_000
CLIENTS: Final = (1, 8, 32)
EVENT_SECRET: Final = "whsec_YmVuY2ggb2YgcGF5bWVudHMsIG5vdCBhIHNlY3JldA=="  # noqa: S105 (simulated)
TOLD_MAX_S: Final = 120
PAGE: Final = 1_000
NAME: Final = "opened, started, paid, heard"


@dataclass
class Journey:
    """Payers who also pay, at the simulated gateway in its own process."""

    payers: Payers
    gateway: str
    began_ms: dict[str, int] = field(default_factory=dict[str, int])

    async def pay(self, talk: Talk) -> bool:
        """Open, start and pay one payment; the gateway calls back while this waits."""
        began = _now_ms()
        address = await self.payers.begun(talk)
        if not address:
            return False
        reference = await self._paid(address)
        self.began_ms[reference.partition("-")[0]] = began
        return True

    async def _paid(self, address: str) -> str:
        body = json.dumps({"url": address}).encode()
        host, _, port = self.gateway.partition(":")
        talk = Talk(*await asyncio.open_connection(host, int(port)))
        answer = await talk.ask(post("/simulator/vnpay/pay", body, host=self.gateway))
        talk.writer.close()
        return str(json.loads(answer)["txn_ref"])


def measure_end_to_end(place: Place, *, seconds: int) -> list[str]:
    """Return payments a second and how long each took until the authority had its event."""
    new_register(place, DATABASE, stored=OBLIGATIONS)
    lines = [HEADINGS.replace("over HTTP", "end to end")]
    with _everything(place) as (port, gateway):
        payers = Payers(host=f"{LOOPBACK}:{port}", obligations=OBLIGATIONS)
        journey = Journey(payers, gateway)
        for clients in CLIENTS:
            journey.began_ms.clear()
            held = hold(journey.pay, port=port, clients=clients, seconds=seconds)
            told = _told(journey)
            lines += [held.told(NAME), told.told("... until the police have the event")]
    drop_database(place, DATABASE)
    return lines


def _told(journey: Journey) -> Held:
    """Wait until every payment was told, and return how long each took from its first request."""
    until = time.monotonic() + TOLD_MAX_S
    while True:
        heard = {
            number: at_ms
            for number, at_ms in _heard(journey.gateway).items()
            if number in journey.began_ms
        }
        if len(heard) == len(journey.began_ms):
            break
        assert time.monotonic() < until, f"{len(heard)} of {len(journey.began_ms)} were told"
        time.sleep(1)
    times_ms = [at_ms - journey.began_ms[number] for number, at_ms in heard.items()]
    first, last = min(journey.began_ms.values()), max(heard.values())
    return Held(
        clients=0, elapsed_us=(last - first) * 1_000, times_us=tuple(ms * 1_000 for ms in times_ms)
    )


def _heard(gateway: str) -> dict[str, int]:
    """Return when the police first heard that a payment is paid, by its number."""
    heard: dict[str, int] = {}
    after: int | None = 0
    while after is not None:
        page = _get(gateway, f"/simulator/police/events?after={after}&limit={PAGE}")
        for event in page["events"]:
            if event["body"]["type"] == "payment.paid":
                number = str(event["body"]["data"]["payment_number"])
                heard.setdefault(number, _ms_of(event["received_at"]))
        after = page["next_after"]
    return heard


@contextlib.contextmanager
def _everything(place: Place) -> Generator[tuple[int, str]]:
    """Run workers, schedule and far sides, each in processes of their own."""
    with tempfile.TemporaryDirectory(prefix="clearing-bench-far-") as folder:
        far_port = _free_port()
        far = f"{LOOPBACK}:{far_port}"
        more = {
            "VNPAY_TMN_CODE": TMN_CODE,
            "VNPAY_HASH_SECRET": HASH_SECRET,
            "VNPAY_PAY_URL": f"http://{far}/vnpay/paymentv2/vpcpay.html",
            "VNPAY_API_URL": f"http://{far}/vnpay/merchant_webapi/api/transaction",
            "VNPAY_SERVER_ADDRESS": LOOPBACK,
            "CLEARING_RECON_DATABASE_URL": place.address(DATABASE, role="clearing_recon"),
            "CLEARING_AUDITOR_DATABASE_URL": place.address(DATABASE, role="clearing_auditor"),
            "CLEARING_SEAL_KEY": "55" * 32,
            "CLEARING_SUBSCRIBERS": json.dumps(
                {
                    POLICE.code: {
                        "url": f"http://{far}/simulator/police/events",
                        "secret": EVENT_SECRET,
                    }
                }
            ),
        }
        with (
            serving(place, DATABASE, more=more) as port,
            _running(_far_sides(Path(folder), far_port, port), {}),
            _running(
                [sys.executable, "-m", "api.command_line", "schedule"],
                environment_of(place, DATABASE, port) | more,
            ),
        ):
            wait_until_up(far_port, path="/simulator/health")
            yield port, far


def _far_sides(folder: Path, far_port: int, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "gateways.simulators", "--port", str(far_port)),
        *("--state", str(folder / "state"), "--drop", str(folder / "drop")),
        *("--callback-url", f"http://{LOOPBACK}:{port}/callbacks/vnpay"),
        *("--tmn-code", TMN_CODE, "--hash-secret", HASH_SECRET),
        *("--police-secret", EVENT_SECRET),
    ]


@contextlib.contextmanager
def _running(words: list[str], environment: Mapping[str, str]) -> Generator[None]:
    # What it prints is for its own log; a bench shows figures only.
    running = subprocess.Popen(
        words, env=os.environ | environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.terminate()
        running.wait(STOP_MAX_S)


def _free_port() -> int:
    with open_port(host=LOOPBACK, port=0) as probe:
        return int(probe.getsockname()[1])


def _get(gateway: str, path: str) -> Any:  # noqa: ANN401 (JSON of the simulator)
    connection = http.client.HTTPConnection(gateway, timeout=30)
    connection.request("GET", path)
    read = json.loads(connection.getresponse().read())
    connection.close()
    return read


def _now_ms() -> int:
    return int(now().timestamp() * 1_000)


def _ms_of(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1_000)
