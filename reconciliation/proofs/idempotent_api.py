"""I8: a creating call has one answer, and what the answer names is there."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_history_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def idempotent_api(tx: Tx, _means: Means) -> Outcome:
    """Say that each key is answered whole, is bound to a body, and made one payment of its own."""
    findings = Findings()
    found = proof_history_rows.badly_answered(tx)
    findings.add_some(found.names, total=found.total)
    answers = proof_history_rows.answer_count(tx)
    return findings.outcome(looked_at=counted(answers, one="kept answer", many="kept answers"))


PROOF: Final = Proof("I8", "the API answers once", idempotent_api)
