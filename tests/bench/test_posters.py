"""What posters send is taken, whoever posts."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from api.clock import now, vietnam_day
from api.postgres.embedded import Server
from bench.posters import post_by_python, write_script
from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.transaction import OpenTx

BENEFICIARY = Account(AccountKind.PAYABLE, "kbnn-0011")
TODAY = vietnam_day(now())
Run = Callable[[int, int, int], None]


@pytest.fixture
def pgbench(server: Server, dsn: str, tmp_path: Path) -> Run:
    """Give what runs a script of so many entries a call, so many times, on the test's book."""
    program = Path(server.binaries().program("pgbench"))
    if not program.exists():
        pytest.skip("this PostgreSQL came without pgbench")

    def run(size: int, times: int, scattered_over: int) -> None:
        script = write_script(tmp_path, size, day=TODAY, scattered_over=scattered_over)
        command = [str(program), "-n", "-M", "prepared", "-D", "step=0", "-t", str(times)]
        subprocess.run([*command, "-f", str(script), dsn], check=True, capture_output=True)

    return run


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("scattered_over", [0, 500])
def test_what_pgbench_sends_is_posted(
    pgbench: Run, open_tx: OpenTx, size: int, scattered_over: int
) -> None:
    pgbench(size, 3, scattered_over)
    with open_tx() as tx:
        assert balance(tx, BENEFICIARY).credit == Money(3 * size * 750_000)


def test_keys_grow_within_a_client_or_are_scattered_over_what_is_stored(
    pgbench: Run, open_tx: OpenTx
) -> None:
    pgbench(1, 20, 0)
    pgbench(1, 20, 500)
    with open_tx() as tx:
        found = tx.exec_driver_sql("SELECT idempotency_key FROM ledger.entry ORDER BY entry_id")
        keys = [str(key) for key in found.scalars()]
    growing, scattered = keys[:20], keys[20:]
    assert growing == sorted(growing)
    assert scattered != sorted(scattered)
    assert {int(key.split(":")[2].split(".")[0]) for key in scattered} <= set(range(1, 501))


def test_what_python_posts_is_counted(dsn: str, open_tx: OpenTx) -> None:
    rate = post_by_python(dsn, day=TODAY, size=2, clients=1, seconds=1)
    with open_tx() as tx:
        found = balance(tx, BENEFICIARY).credit
    assert found == Money((rate + 2) * 750_000)  # And the first call, which did not count.
