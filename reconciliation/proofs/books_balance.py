"""I1: the book balances, entry by entry, day by day, and as a whole."""

from typing import Final

from ledger.postgres import proof_rows as book_rows
from ledger.postgres.transaction import Tx
from ledger.postgres.trial_balance import trial_balance
from reconciliation.postgres import proof_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def books_balance(tx: Tx, _means: Means) -> Outcome:
    """Say that every entry is as it was written, and debits equal credits wherever one sums."""
    findings = Findings()
    whole = trial_balance(tx)
    if not whole.is_balanced:
        findings.add(
            f"trial balance: debits {whole.debit_total.vnd}, credits {whole.credit_total.vnd}"
        )
    sides = proof_rows.sides_differ(tx)
    findings.add_some(sides.names, total=sides.total)
    changed = book_rows.entries_not_as_written(tx)
    findings.add_first(
        [f"entry {key} is not as it was written" for key in changed], limit=book_rows.FINDINGS_MAX
    )
    stray = book_rows.transfers_without_entry(tx)
    findings.add_first(
        [f"transfers of entry number {number}, which is not there" for number in stray],
        limit=book_rows.FINDINGS_MAX,
    )
    entries, transfers = proof_rows.book_size(tx)
    return findings.outcome(
        looked_at=f"{counted(entries, one='entry', many='entries')}, "
        + counted(transfers, one="transfer", many="transfers")
    )


PROOF: Final = Proof("I1", "books balance", books_balance)
