"""I5: nothing is in the book that no partner said."""

from typing import Final

from gateways.contract import Outcome
from ledger.postgres.transaction import Tx
from payments.docket import transaction_of
from reconciliation.postgres import proof_word_rows
from reconciliation.postgres.proof_word_rows import Sum
from reconciliation.proofs import contract
from reconciliation.proofs.contract import Means, Proof
from reconciliation.proofs.findings import Findings, counted
from reconciliation.proofs.rereading import Rereading


def no_ghost(tx: Tx, means: Means) -> contract.Outcome:
    """Say that every sum stands on stored words whose signature holds today and that say it."""
    findings = Findings()
    ghosts = proof_word_rows.ghosts(tx)
    findings.add_some(ghosts.names, total=ghosts.total)
    rereading = Rereading(means.gateways)
    read = 0
    for each in proof_word_rows.sums(tx):
        read += 1
        wrong = _wrong(tx, each, rereading)
        if wrong:
            findings.add(
                f"{each.gateway} transaction {each.gateway_transaction}, order {each.reference},"
                f" {each.amount.vnd} dong: {wrong}"
            )
    return findings.outcome(
        looked_at=counted(read, one="sum read again", many="sums read again")
        + " from what was kept"
    )


def _wrong(tx: Tx, taken: Sum, rereading: Rereading) -> str:
    """Return what is wrong with the word a sum was booked on, '' when it says just that."""
    if taken.word is None:
        return "no word is kept"
    notice = rereading.notice(tx, taken.word)
    if isinstance(notice, str):
        return notice
    if notice.outcome is not Outcome.PAID:
        return f"its word says {notice.outcome}"
    said = (notice.gateway, notice.reference, transaction_of(notice), notice.amount)
    if said != (taken.gateway, taken.reference, taken.gateway_transaction, taken.amount):
        amount = "no amount" if notice.amount is None else f"{notice.amount.vnd} dong"
        return (
            f"its word says order {notice.reference}, transaction {transaction_of(notice)},"
            f" {amount}"
        )
    return ""


PROOF: Final = Proof("I5", "no ghost is in the book", no_ghost)
