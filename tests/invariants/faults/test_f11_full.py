"""All threads and connections are taken by something slow: a refusal soon, and callbacks pass."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace

import anyio
import httpx2
from anyio import to_thread
from sqlalchemy import text
from structlog.testing import capture_logs

from api.application import application
from api.house import House
from api.postgres.pool import open_pool
from ledger.postgres.transaction import OpenTx, Tx
from tests.api.conftest import PARTNER_KEY
from tests.invariants.faults.at_vnpay import DOOR, PARTNER, at_work, paid, under_way

NS_PER_MS = 1_000_000
SOON_MS = 2_000
SLOW_S = 3
NUMBER = "/v1/payments/NP2222222247"


def slowed(open_tx: OpenTx) -> OpenTx:
    """Return the same way to open transactions, of which each begins with a slow query."""

    @contextmanager
    def open_slow_tx() -> Generator[Tx]:
        with open_tx() as tx:
            tx.execute(text("SELECT pg_sleep(:seconds)"), {"seconds": SLOW_S})
            yield tx

    return open_slow_tx


def test_f11_two_slow_requests_fill_the_house_the_next_are_refused_soon_and_callbacks_pass(
    house: House, dsn: str
):
    (reference,) = under_way(house)
    small = replace(
        at_work(house),
        open_tx=slowed(open_pool(dsn, connections_max=2, name="test")),
        open_callback_tx=open_pool(dsn, connections_max=1, name="test callbacks"),
    )
    transport = httpx2.ASGITransport(application(small))
    answers: dict[str, httpx2.Response] = {}
    took_ms: dict[str, int] = {}

    async def crowd() -> None:
        to_thread.current_default_thread_limiter().total_tokens = 2
        headers = {"authorization": f"Bearer {PARTNER_KEY}"}
        base_url = "http://partner.test"
        async with (
            httpx2.AsyncClient(
                transport=transport, base_url=base_url, headers=headers, timeout=30
            ) as client,
            anyio.create_task_group() as crowd,
        ):

            async def call(name: str, address: str) -> None:
                begun = time.monotonic_ns()
                host = PARTNER if address.startswith(DOOR) else {}
                answers[name] = await client.get(address, headers=host)
                took_ms[name] = (time.monotonic_ns() - begun) // NS_PER_MS

            for number in range(2):
                crowd.start_soon(call, f"slow {number}", NUMBER)
            await anyio.sleep(0.5)
            for number in range(3):
                crowd.start_soon(call, f"other {number}", NUMBER)
            crowd.start_soon(call, "callback", f"{DOOR}?{paid(reference)}")

    with capture_logs():
        anyio.run(crowd)
    assert {answers[f"slow {number}"].status_code for number in range(2)} == {404}
    for name in ("other 0", "other 1", "other 2"):
        assert (answers[name].status_code, answers[name].headers["retry-after"]) == (503, "5")
        assert took_ms[name] < SOON_MS
    assert answers["callback"].json()["RspCode"] == "00"
    assert took_ms["callback"] < SOON_MS
