"""I9: authorities are told everything, in order, or can be."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_history_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def outbox_complete(tx: Tx, _means: Means) -> Outcome:
    """Say that each change has its event, and events run from 1 without a gap, told in order."""
    findings = Findings()
    for found in (proof_history_rows.out_of_order(tx), proof_history_rows.untold(tx)):
        findings.add_some(found.names, total=found.total)
    events = proof_history_rows.events(tx)
    return findings.outcome(
        looked_at=f"{counted(events.total, one='event', many='events')}, "
        f"{events.delivered:,} delivered, {events.parked:,} parked"
    )


PROOF: Final = Proof("I9", "the outbox is complete", outbox_complete)
