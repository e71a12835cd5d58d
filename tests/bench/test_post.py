"""What the bench of posting prints, and that what it sends is taken."""

import subprocess
from pathlib import Path

import pytest

from api.postgres.embedded import Server
from bench.post import (
    BATCH_2,
    BUDGETS,
    SINGLE_8,
    SINGLE_32,
    TPCB_8,
    Load,
    figures,
    is_met,
    pgbench_script,
    verdicts,
)
from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.transaction import OpenTx

QUIET = {
    TPCB_8: [3_000, 2_000, 4_000],
    SINGLE_8: [3_300, 1_000, 4_000],
    SINGLE_32: [3_000, 2_000, 3_000],
    BATCH_2: [50_000, 60_000, 70_000],
}


def test_ratios_are_between_measurements_of_one_round() -> None:
    assert verdicts(QUIET) == [
        "PASS  single entries, 8 clients, beside TPC-B: 1.00 (at least 0.90)",
        "PASS  single entries, 32 clients beside 8: 0.90 (at least 0.90)",
        "PASS  batches of 1,000, 2 clients, beside TPC-B at 8: 17.50 (at least 3.00)",
    ]


def test_a_ratio_below_its_budget_is_a_miss() -> None:
    slow = {**QUIET, SINGLE_8: [2_690, 1_790, 3_590]}
    assert not is_met(slow, BUDGETS[0])
    assert verdicts(slow)[0].startswith("MISS  single entries, 8 clients, beside TPC-B: 0.89")


def test_without_pgbench_nothing_is_judged() -> None:
    rates = {Load("python single", 8): [700]}
    assert all(line.startswith("not measured") for line in verdicts(rates))
    assert not any(is_met(rates, budget) for budget in BUDGETS)


def test_figures_show_the_median_and_every_round() -> None:
    assert figures({TPCB_8: [3_000, 2_000, 4_000]})[1:] == [
        "tpcb                             8     3,000   3,000 2,000 4,000",
    ]


@pytest.mark.parametrize("size", [1, 7])
def test_what_pgbench_sends_is_posted(
    server: Server, dsn: str, open_tx: OpenTx, tmp_path: Path, size: int
) -> None:
    pgbench = Path(server.binaries().program("pgbench"))
    if not pgbench.exists():
        pytest.skip("this PostgreSQL came without pgbench")
    script = tmp_path / "post.sql"
    script.write_text(pgbench_script(size))
    subprocess.run(
        [str(pgbench), "-n", "-M", "prepared", "-t", "3", "-f", str(script), dsn],
        check=True,
        capture_output=True,
    )
    with open_tx() as tx:
        found = balance(tx, Account(AccountKind.PAYABLE, "kbnn-0011"))
    assert found.credit == Money(3 * size * 750_000)
