"""When each act runs: the clock ticks here, once, under a lease with a fencing number."""

import contextlib
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from apscheduler.schedulers.background import (  # pyright: ignore[reportMissingTypeStubs] (none exist)
    BackgroundScheduler,
)

from api.clock import VIETNAM
from api.house import House
from api.postgres import lease_rows
from ledger.postgres.transaction import OpenTx, Tx

LEASE = "schedule"
LEASE_S = 15
RENEW_S = 4

_log = structlog.get_logger()


class LeaseLost(Exception):
    """Another process runs the schedule now; whatever this one still wanted is refused."""


@dataclass
class Holder:
    """This process's claim to run the schedule; `name` is the same for each restart of one slot."""

    house: House
    name: str
    fence: int | None = None

    def renew(self) -> None:
        """Take or keep the lease; without it nothing below runs."""
        now = self.house.clock()
        until = now + timedelta(seconds=LEASE_S)
        with self.house.open_tx() as tx:
            if self.fence is not None and lease_rows.keep(
                tx, name=LEASE, fence=self.fence, until=until
            ):
                return
            self.fence = lease_rows.take(tx, name=LEASE, holder=self.name, until=until, now=now)
        _log.info("schedule.lease", holder=self.name, fence=self.fence)

    def give_back(self) -> None:
        """End the lease so that the next process starts at once."""
        if self.fence is not None:
            with self.house.open_tx() as tx:
                lease_rows.give_back(tx, name=LEASE, fence=self.fence, now=self.house.clock())

    def fenced(self, open_tx: OpenTx) -> OpenTx:
        """Return the same way to open transactions, each refused once the lease is lost.

        Asked at its beginning, to save the work, and at its end: a process may freeze in between.
        """
        fence = self.fence

        @contextlib.contextmanager
        def open_fenced() -> Generator[Tx]:
            with open_tx() as tx:
                if fence is None or not lease_rows.is_held(tx, name=LEASE, fence=fence):
                    raise LeaseLost
                yield tx
                if not lease_rows.hold(tx, name=LEASE, fence=fence):
                    raise LeaseLost

        return open_fenced


Fenced = Callable[[OpenTx], OpenTx]
"""Makes a way to open transactions refuse them once the lease is lost."""


@dataclass(frozen=True, slots=True)
class Job:
    """One act and how often it is due."""

    name: str
    act: Callable[[Fenced], object]
    every_s: int


def tick(holder: Holder, job: Job) -> None:
    """Run one job if the lease is ours; whatever goes wrong is logged and due again next time."""
    if holder.fence is None:
        return
    try:
        done = job.act(holder.fenced)
    except LeaseLost:
        _log.warning("schedule.fenced_off", job=job.name, holder=holder.name)
    except Exception:  # noqa: BLE001 (the schedule: one job's trouble must not stop the others)
        _log.exception("schedule.failed", job=job.name)
    else:
        _log.debug("schedule.ran", job=job.name, done=str(done))


def run(holder: Holder, jobs: list[Job], *, nightly: Job, stop: threading.Event) -> None:
    """Run the jobs until told to stop: memory only, since what is due stands in the database."""
    # Any: the library has no types of its own.
    clock: Any = BackgroundScheduler(
        timezone=VIETNAM,
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )

    def renew() -> None:
        try:
            holder.renew()
        except Exception:  # noqa: BLE001 (the schedule: without a database it waits and tries again)
            holder.fence = None
            _log.exception("schedule.no_lease")

    renew()
    clock.add_job(renew, "interval", seconds=RENEW_S)
    for job in jobs:
        clock.add_job(tick, "interval", seconds=job.every_s, args=[holder, job])
    # Nightly at 19:00, and every so often whatever an outage left undone.
    clock.add_job(tick, "cron", hour=19, minute=0, args=[holder, nightly])
    clock.add_job(tick, "interval", seconds=nightly.every_s, args=[holder, nightly])
    clock.start()
    stop.wait()
    clock.shutdown(wait=True)
    holder.give_back()
