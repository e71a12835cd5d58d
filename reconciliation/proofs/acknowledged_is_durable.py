"""I4: what a partner was told we recorded is here."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_money_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def acknowledged_is_durable(tx: Tx, means: Means) -> Outcome:
    """Say that each acknowledged callback is kept, with its order and its money."""
    findings = Findings()
    loose = proof_money_rows.unattached(tx)
    findings.add_some(loose.names, total=loose.total)
    believed = proof_money_rows.believed_count(tx)
    looked_at = counted(believed, one="word taken in", many="words taken in")
    if means.far_side is None:
        return findings.outcome(looked_at=f"{looked_at}, no far side to ask")
    paid = {reference for reference, _ in means.far_side.paid}
    acknowledged = {each: each in paid for each in sorted(means.far_side.acknowledged)}
    gone = proof_money_rows.not_durable(tx, acknowledged)
    findings.add_some(gone.names, total=gone.total)
    told = counted(len(acknowledged), one="acknowledgement", many="acknowledgements")
    return findings.outcome(looked_at=f"{looked_at}, {told} at the far side")


PROOF: Final = Proof("I4", "what we acknowledged is durable", acknowledged_is_durable)
