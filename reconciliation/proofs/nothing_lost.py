"""I2: no money that somebody took is missing from the book."""

from typing import Final

from gateways.contract import Notice, Outcome
from ledger.postgres.transaction import Tx
from payments.docket import transaction_of
from reconciliation.postgres import proof_money_rows, proof_refund_rows, proof_word_rows
from reconciliation.postgres.proof_word_rows import Heard
from reconciliation.proofs import contract
from reconciliation.proofs.contract import Means, Proof
from reconciliation.proofs.findings import Findings, counted
from reconciliation.proofs.rereading import Rereading


def nothing_lost(tx: Tx, means: Means) -> contract.Outcome:
    """Say that every genuine word of money taken is booked, and all that the far side took.

    What went back went out of the book, and nothing else did.
    """
    findings = Findings()
    for missing in (proof_money_rows.not_booked(tx), proof_refund_rows.not_as_booked(tx)):
        findings.add_some(missing.names, total=missing.total)
    rereading = Rereading(means.gateways)
    heard = 0
    for each in proof_word_rows.words(tx):
        notice = rereading.notice(tx, each.word)
        if isinstance(notice, Notice) and notice.outcome is Outcome.PAID:
            heard += 1
            lost = _lost(tx, each, notice)
            if lost:
                findings.add(lost)
    looked_at = counted(heard, one="word of money taken", many="words of money taken")
    if means.far_side is None:
        return findings.outcome(looked_at=f"{looked_at}, no far side to ask")
    left_out = proof_money_rows.lost_at_far_side(tx, means.far_side.paid)
    findings.add_some(left_out.names, total=left_out.total)
    orders = counted(len(means.far_side.paid), one="paid order", many="paid orders")
    return findings.outcome(looked_at=f"{looked_at}, {orders} at the far side")


def _lost(tx: Tx, heard: Heard, notice: Notice) -> str:
    """Return what is missing, '' when the money is booked or people have the order before them.

    A gateway that names one transaction under two orders contradicts itself; the money is there.
    """
    if heard.is_held or notice.amount is None or not notice.amount.is_positive:
        return ""
    transaction = transaction_of(notice)
    booked = heard.booked.get(transaction)
    said = (
        f"{heard.word.gateway} order {heard.reference}, transaction {transaction},"
        f" {notice.amount.vnd} dong"
    )
    if booked is None:
        if proof_money_rows.is_booked(tx, heard.word.gateway, transaction=transaction):
            return ""
        return f"{said}: heard, not booked"
    if heard.is_believed and booked != notice.amount:
        return f"{said}: booked as {booked.vnd}"
    return ""


PROOF: Final = Proof("I2", "nothing is lost", nothing_lost)
