"""PostgreSQL's own load generator: the yardstick of the machine, and the cheapest of clients."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench.place import Place, new_database

TPCB = "bench_tpcb"
TPCB_SCALE = 10
TPS_SHAPE = re.compile(r"^tps = ([0-9]+)\.([0-9]{3})", re.MULTILINE)
LATENCY_SHAPE = re.compile(r"^latency average = ([0-9]+)\.([0-9]{3}) ms", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rate:
    """What one run reached: transactions in a thousand seconds, and how long each took."""

    per_1000_s: int
    latency_us: int


def ready_tpcb(place: Place) -> None:
    """Create the tables of TPC-B; nothing to do without pgbench."""
    if place.pgbench:
        new_database(place, TPCB)
        made = [str(place.pgbench), "-i", "-q", "-s", str(TPCB_SCALE), place.address(TPCB)]
        subprocess.run(made, check=True, capture_output=True)


def run_pgbench(
    pgbench: Path,
    *,
    address: str,
    clients: int,
    seconds: int,
    script: Path | None = None,
    is_select_only: bool = False,
) -> Rate:
    """Run a script of one's own, select-only, or TPC-B, with prepared statements.

    A script may count its transactions in `step`.
    """
    command = [str(pgbench), "-n", "-M", "prepared", "-D", "step=0", "-T", str(seconds)]
    command += ["-c", str(clients), "-j", str(min(clients, 2))]
    if script:
        command += ["-f", str(script)]
    elif is_select_only:
        command.append("-S")
    done = subprocess.run([*command, address], check=True, capture_output=True, text=True)
    return rate_of(done.stdout)


def rate_of(told: str) -> Rate:
    """Read what pgbench prints at its end."""
    tps, latency = TPS_SHAPE.search(told), LATENCY_SHAPE.search(told)
    assert tps, "pgbench ends with its rate"
    assert latency, "pgbench tells the latency before its rate"
    return Rate(int(tps[1] + tps[2]), int(latency[1] + latency[2]))


def yardstick(place: Place, *, seconds: int) -> list[str]:
    """Return one line with TPC-B at 8 clients, which says how fast this machine is today."""
    if not place.pgbench:
        return ["no pgbench here: nothing says how fast this machine is"]
    ready_tpcb(place)
    rate = run_pgbench(place.pgbench, address=place.address(TPCB), clients=8, seconds=seconds)
    return [f"pgbench TPC-B, 8 clients: {rate.per_1000_s // 1_000:,} transactions/s"]
