"""I11: what was to be done once for a day was done once."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_day_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def job_once(tx: Tx, _means: Means) -> Outcome:
    """Say that no job, file or match is there twice, and each day is closed in book and report."""
    findings = Findings()
    for found in (proof_day_rows.done_twice(tx), proof_day_rows.closed_by_half(tx)):
        findings.add_some(found.names, total=found.total)
    runs, days = proof_day_rows.run_count(tx)
    return findings.outcome(
        looked_at=f"{counted(runs, one='job', many='jobs')}, "
        + counted(days, one="closed day", many="closed days")
    )


PROOF: Final = Proof("I11", "each job is done once", job_once)
