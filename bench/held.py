"""Misses of both sorts through the door partners look up at, in process: answers that are held.

Virtual days pass meanwhile, so that no limit refuses; what is measured is what a caller can see.
"""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import anyio
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from api.access.key_text import LIVE, SECRET_BYTES, key_text
from api.application import application
from api.clock import now
from api.composition import Role, open_house
from api.house import House
from api.issue_key import enrol
from api.registered_partner import REQUESTS_PER_MINUTE_MAX, Sort
from api.registered_partner import Partner as Registered
from api.settings import Settings
from bench.place import Place
from payments.personal_data import PersonalDataKeys

AT_ONCE: Final = 20
ASKED_PER_DAY: Final = 500
"""Fewer than a partner may ask in a minute."""
PARTNER: Final = "http://partner.bench"
KEY: Final = key_text(LIVE, id_bytes=b"of the bench", secret=bytes(SECRET_BYTES))


def held_misses(
    place: Place,
    database: str,
    pairs: Sequence[tuple[str, str]],
    *,
    keys: PersonalDataKeys,
    decided_on: str,
) -> tuple[list[int], list[int]]:
    """Return how long a miss took for both numbers of each pair, in nanoseconds."""
    house = _house(place, database, keys=keys)
    numbers = [number for pair in pairs for number in pair]
    times = anyio.run(_asked, house, numbers, decided_on)
    return times[::2], times[1::2]


async def _asked(house: House, numbers: Sequence[str], decided_on: str) -> list[int]:
    """Ask for every number, several at once, and return how long each took, in order."""
    times = [0] * len(numbers)
    turns = iter(range(len(numbers)))
    begun, today = 0, now()

    def clock() -> datetime:
        return today + timedelta(days=begun // ASKED_PER_DAY)

    app = application(replace(house, clock=clock))
    transport = ASGITransport(app)
    headers = {"authorization": f"Bearer {KEY}"}
    async with AsyncClient(transport=transport, base_url=PARTNER, headers=headers) as client:

        async def ask_on() -> None:
            nonlocal begun
            for turn in turns:
                begun = turn
                body = {
                    "number": numbers[turn],
                    "decided_on": decided_on,
                    "subject": f"99Z-{turn:06d}",
                }
                began = time.perf_counter_ns()
                answer = await client.post("/v1/look-ups", json=body)
                times[turn] = time.perf_counter_ns() - began
                assert answer.json().get("result") == "no_match", answer.text

        async with anyio.create_task_group() as group:
            for _ in range(AT_ONCE):
                group.start_soon(ask_on)
    return times


def _house(place: Place, database: str, *, keys: PersonalDataKeys) -> House:
    """Return a house with the hold step as it is shipped; its secrets guard nothing."""
    key = SecretStr("5a" * 32)
    settings = Settings(
        database_url=place.address(database, role="clearing_app"),
        citizen_url="http://citizen.bench",
        staff_url="http://staff.bench",
        partner_url=PARTNER,
        inbox=Path("nowhere"),
        seals=Path("nowhere"),
        secret_key=key,
        staff_key=SecretStr("key-of-nobody-at-all"),
        signing_key=key,
        personal_key=key,
        personal_index_key=key,
        threads_max=AT_ONCE,
    )
    house = open_house(settings, process="bench", roles=(Role.APP,))
    asking = Registered(
        name="bench", sort=Sort.PORTAL, requests_per_minute_max=REQUESTS_PER_MINUTE_MAX
    )
    with house.open_tx() as tx:
        enrol(tx, asking, key=KEY, now=now())
    return replace(house, personal_keys=keys)
