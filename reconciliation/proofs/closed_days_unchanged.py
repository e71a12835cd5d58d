"""I16: a closed day is as it was closed, to the byte."""

from typing import Final

from ledger.postgres import proof_rows as book_rows
from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_day_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def closed_days_unchanged(tx: Tx, _means: Means) -> Outcome:
    """Say that entries, counts and report of each closed day give the sums kept at its close."""
    findings = Findings()
    findings.add_first(
        [
            f"{day.isoformat()} does not hold the entries it was closed with"
            for day in book_rows.days_not_as_closed(tx)
        ],
        limit=book_rows.FINDINGS_MAX,
    )
    reports = proof_day_rows.reports_changed(tx)
    findings.add_some(reports.names, total=reports.total)
    days, entries = proof_day_rows.closed_size(tx)
    return findings.outcome(
        looked_at=f"{counted(days, one='closed day', many='closed days')} with "
        + counted(entries, one="entry", many="entries")
    )


PROOF: Final = Proof("I16", "closed days are unchanged", closed_days_unchanged)
