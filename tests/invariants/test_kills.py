"""Payments under fire: processes and database killed, and nothing is lost or doubled."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import httpx2
import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.composition import open_house
from api.far_side import Sandbox
from api.house import House
from api.portal_day import portal_day
from api.postgres.embedded import Server
from api.settings import read_settings
from api.unattended import Portal
from ledger.postgres.transaction import transactions
from payments.obligation import NewObligation
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from payments.states import PaymentState
from tests.program import Program, started_program

Answer = TypeVar("Answer")
PAYMENTS = int(os.environ.get("CLEARING_KILL_PAYMENTS", "1000"))
CLIENTS = 3
CRASHES = 3
SEED = 20261122
TRIES_MAX = 200
HEAL_MAX_S = 60


@dataclass
class Nemesis:
    """Kills a process each second and crashes the database a few times, until told to stop."""

    program: Program
    crashes_left: int = CRASHES
    kills: int = 0
    crashes: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)

    def rage(self) -> None:
        """Kill; every eighth time crash the database and let it recover."""
        victims = ("web-1", "schedule", "web-2")
        turn = 0
        while not self._stop.wait(1):
            turn += 1
            if turn % 8 == 0 and self.crashes_left:
                self._crash()
            elif (pid := self.program.pid_of(victims[turn % 3])) is not None:
                os.kill(pid, signal.SIGKILL)
                self.kills += 1

    def rest(self) -> None:
        """Stop raging."""
        self._stop.set()

    def _crash(self) -> None:
        server = Server(self.program.folder / "postgres")
        server.crash()
        server.start()
        self.crashes_left -= 1
        self.crashes += 1


@pytest.fixture
def program(reachable_path: Path) -> Iterator[Program]:
    """Give the program, started and stopped as a person would."""
    with started_program(reachable_path / "demo") as running:
        yield running


def test_nothing_is_lost_or_doubled_while_processes_and_database_die(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in program.settings.items():
        monkeypatch.setenv(name, value)
    house = _house_of_short_connections()
    demands = list(portal_day(PAYMENTS, today=house.today(), seed=SEED))
    for first in range(0, PAYMENTS, 500):
        with house.open_tx() as tx:
            some = demands[first : first + 500]
            push_obligations(tx, some, keys=house.personal_keys, now=house.clock())
    _misbehave(program)
    nemesis = Nemesis(program)
    with (
        ThreadPoolExecutor(CLIENTS + 1) as pool,
        httpx2.Client(timeout=10, trust_env=False) as client,
    ):
        raging = pool.submit(nemesis.rage)
        try:
            list(pool.map(partial(_pay, program, client), range(PAYMENTS), demands))
        finally:
            nemesis.rest()
        raging.result()
    _wait_for_outcomes(house)
    assert nemesis.kills >= 10 or PAYMENTS < 1000
    assert nemesis.crashes >= 2 or PAYMENTS < 1000
    closed = program.run("close-day")
    assert closed.returncode == 0, closed.stdout + closed.stderr
    proven = program.run("prove")
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert "violated" not in proven.stdout
    with house.open_tx() as tx:
        states = payment_rows.count_by_state(tx)
    assert states == {PaymentState.SETTLED: PAYMENTS}


def _house_of_short_connections() -> House:
    """Return a house whose connections are opened anew each time: none dies with the database."""
    settings = read_settings()
    url = make_url(settings.database_url).set(drivername="postgresql+psycopg")
    open_tx = transactions(create_engine(url, poolclass=NullPool))
    return replace(open_house(settings, process="test"), open_tx=open_tx)


def _pay(program: Program, client: httpx2.Client, ordinal: int, demand: NewObligation) -> None:
    """Pay one demand as a portal and a payer who never give up, each with the same key again."""
    settings = program.settings
    portal = Portal(client, settings["CLEARING_PARTNER_URL"], settings["DEMO_PARTNER_KEY"])
    found = _insist(lambda: portal.find(demand))
    number = _insist(lambda: portal.open(found, key=f"kill-{ordinal:06d}"))
    address = _insist(lambda: portal.send(number))
    Sandbox(client, settings["CLEARING_FAR_SIDE_URL"]).pay(address)


def _insist(call: Callable[[], Answer]) -> Answer:
    """Send the same request until it is answered well, as any client of money must."""
    for _ in range(TRIES_MAX):
        try:
            return call()
        except httpx2.HTTPError:
            time.sleep(0.1)
    pytest.fail(f"no answer in {TRIES_MAX} tries")


def _misbehave(program: Program) -> None:
    url = program.settings["CLEARING_FAR_SIDE_URL"] + "/simulator/vnpay/plan"
    faults = f"lost=0.05,doubled=0.3,late=0.1,late_s=2,bad_signature=0.01,seed={SEED}"
    httpx2.post(url, json={"faults": faults}, trust_env=False).raise_for_status()


def _wait_for_outcomes(house: House) -> None:
    """Wait until the program healed by itself: no payment without its outcome."""
    is_open = {PaymentState.CREATED, PaymentState.PENDING, PaymentState.UNKNOWN}
    for _ in range(HEAL_MAX_S):
        with house.open_tx() as tx:
            if not is_open & payment_rows.count_by_state(tx).keys():
                return
        time.sleep(1)
    pytest.fail(f"payments without an outcome {HEAL_MAX_S} s after the last fault")
