"""I15: balances kept at the close of days are what the transfers come to."""

from typing import Final

from ledger.postgres import proof_rows as book_rows
from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_day_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def snapshots_hold(tx: Tx, _means: Means) -> Outcome:
    """Say that each kept balance is the one before and what moved since."""
    findings = Findings()
    findings.add_first(
        [
            f"snapshot of {day.isoformat()}, {code}: not what moved"
            for day, code in book_rows.snapshots_not_as_moved(tx)
        ],
        limit=book_rows.FINDINGS_MAX,
    )
    for found in (proof_day_rows.snapshots_lost(tx), proof_day_rows.batches_not_as_moved(tx)):
        findings.add_some(found.names, total=found.total)
    rows = proof_day_rows.snapshot_rows(tx)
    return findings.outcome(looked_at=counted(rows, one="kept balance", many="kept balances"))


PROOF: Final = Proof("I15", "kept balances hold", snapshots_hold)
