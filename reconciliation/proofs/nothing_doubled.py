"""I3: no money is booked twice, and no obligation keeps more than was due once."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_money_rows, proof_refund_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def nothing_doubled(tx: Tx, _means: Means) -> Outcome:
    """Say that each transaction counts once, goes back once at most, and surplus is owed back."""
    findings = Findings()
    for found in (
        proof_money_rows.doubled(tx),
        proof_money_rows.kept_beyond_due(tx),
        proof_refund_rows.beyond_taken(tx),
    ):
        findings.add_some(found.names, total=found.total)
    transactions, obligations = proof_money_rows.taken_size(tx)
    return findings.outcome(
        looked_at=f"{counted(transactions, one='transaction', many='transactions')} for "
        + counted(obligations, one="obligation", many="obligations")
    )


PROOF: Final = Proof("I3", "nothing is doubled", nothing_doubled)
