"""All threads and connections are taken by something slow: a refusal soon, and callbacks pass."""

import time
from dataclasses import replace

import anyio
import httpx2
import psycopg
from anyio import to_thread
from structlog.testing import capture_logs

from api.access.obligation_token import seal_obligation
from api.application import application
from api.house import House
from api.postgres.pool import open_pool
from tests.api.conftest import PARTNER_KEY
from tests.invariants.faults.at_vnpay import DOOR, PARTNER, at_work, paid, under_way
from tests.payments.scene import owe

NS_PER_MS = 1_000_000


def test_f11_two_slow_requests_fill_the_house_the_next_are_refused_soon_and_callbacks_pass(
    house: House, dsn: str, owner_dsn: str
):
    (reference,) = under_way(house)
    with house.open_tx() as tx:
        fines = owe(tx, many=2)
    small = replace(
        at_work(house),
        open_tx=open_pool(dsn, connections_max=2, name="test"),
        open_callback_tx=open_pool(dsn, connections_max=1, name="test callbacks"),
    )
    transport = httpx2.ASGITransport(application(small))
    answers: dict[str, tuple[int, int, str]] = {}
    words: dict[str, str] = {}

    async def call(name: str, client: httpx2.AsyncClient, request: httpx2.Request) -> None:
        begun = time.monotonic_ns()
        answer = await client.send(request)
        took_ms = (time.monotonic_ns() - begun) // NS_PER_MS
        answers[name] = answer.status_code, took_ms, answer.headers.get("retry-after", "")
        words[name] = answer.text

    async def crowd(owner: psycopg.Connection[tuple[object, ...]]) -> None:
        to_thread.current_default_thread_limiter().total_tokens = 2
        headers = {"authorization": f"Bearer {PARTNER_KEY}"}
        async with (
            httpx2.AsyncClient(
                transport=transport, base_url="http://partner.test", headers=headers, timeout=30
            ) as client,
            anyio.create_task_group() as slow,
        ):
            for number, fine in enumerate(fines):
                pay = client.build_request(
                    "POST",
                    "/v1/payments",
                    json={"obligations": [seal_obligation(small, fine, bound_to="portal")]},
                    headers={"idempotency-key": f'"slow-{number:04d}"'},
                )
                slow.start_soon(call, f"slow {number}", client, pay)
            await anyio.sleep(0.3)
            async with anyio.create_task_group() as others:
                for number in range(3):
                    read = client.build_request("GET", "/v1/payments/P")
                    others.start_soon(call, f"other {number}", client, read)
                word = client.build_request("GET", f"{DOOR}?{paid(reference)}", headers=PARTNER)
                others.start_soon(call, "callback", client, word)
            owner.rollback()

    with capture_logs(), psycopg.connect(owner_dsn) as owner:
        owner.execute("LOCK TABLE payments.idempotency IN ACCESS EXCLUSIVE MODE")
        anyio.run(crowd, owner)
    assert {status for name, (status, _, _) in answers.items() if "slow" in name} == {201}
    refused = [answer for name, answer in answers.items() if "other" in name]
    assert {(status, again) for status, _, again in refused} == {(503, "5")}
    assert max(took_ms for _, took_ms, _ in refused) < 2_000
    assert '"RspCode": "00"' in words["callback"]
    assert answers["callback"][1] < 2_000
