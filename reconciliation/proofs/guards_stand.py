"""I18: what guards the book stands as the migrations made it."""

from typing import Final

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_guard_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def guards_stand(tx: Tx, _means: Means) -> Outcome:
    """Say that tables, triggers, months, defaults and functions of the book are as they were made.

    The place its entries' numbers go on from is told to nobody who proves, and so not looked at.
    """
    findings = Findings()
    for found in (
        proof_guard_rows.tables_not_as_made(tx),
        proof_guard_rows.triggers_not_as_made(tx),
        proof_guard_rows.months_not_as_made(tx),
        proof_guard_rows.defaults_not_as_made(tx),
    ):
        findings.add_some(found.names, total=found.total)
    for name in proof_guard_rows.functions_not_as_written(tx):
        findings.add(name)
    tables, functions = proof_guard_rows.guarded_size(tx)
    return findings.outcome(
        looked_at=f"{counted(tables, one='table', many='tables')}, "
        + counted(functions, one="function", many="functions")
    )


PROOF: Final = Proof("I18", "what guards the book stands", guards_stand)
