"""I10: files are matched to the last line, and closed days leave nothing unexplained."""

from typing import Final

from ledger.money import ZERO
from ledger.postgres.balances import last_closed_day, uncleared
from ledger.postgres.transaction import Tx
from reconciliation.postgres import break_rows, proof_day_rows
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted


def settlement_ties_out(tx: Tx, _means: Means) -> Outcome:
    """Say that each file is its lines, each line matched or a break, each batch zero or a break."""
    findings = Findings()
    for found in (
        proof_day_rows.files_not_as_read(tx),
        proof_day_rows.lines_left(tx),
        proof_day_rows.groups_not_as_booked(tx),
    ):
        findings.add_some(found.names, total=found.total)
    _add_unexplained(tx, findings)
    files, lines = proof_day_rows.file_size(tx)
    return findings.outcome(
        looked_at=f"{counted(lines, one='line', many='lines')} matched in "
        + counted(files, one="file", many="files")
    )


def _add_unexplained(tx: Tx, findings: Findings) -> None:
    """Add what the last closed day left in clearing accounts and its breaks do not explain."""
    day = last_closed_day(tx, as_of=None, recorded_by=None)
    if day is None:
        return
    explained = break_rows.explained(tx, as_of=day)
    left = {(batch.account, batch.batch): batch.net for batch in uncleared(tx, until=day)}
    for account, batch in sorted({*explained, *left}):
        stands = left.get((account, batch), ZERO)
        by_breaks = explained.get((account, batch), ZERO)
        if stands != by_breaks:
            findings.add(
                f"{account.code}, batch {batch}: {stands.vnd} dong left on {day.isoformat()},"
                f" breaks explain {by_breaks.vnd}"
            )


PROOF: Final = Proof("I10", "settlement ties out", settlement_ties_out)
