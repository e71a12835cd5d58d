"""Questions about days, where there are none; what they find stands in tests of the proofs."""

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_day_rows
from reconciliation.postgres.proof_rows import Found

NOTHING = Found((), 0)


def test_nothing_speaks_against_days_that_never_were(recon_tx: Tx):
    for question in (
        proof_day_rows.files_not_as_read,
        proof_day_rows.lines_left,
        proof_day_rows.groups_not_as_booked,
        proof_day_rows.done_twice,
        proof_day_rows.closed_by_half,
        proof_day_rows.into_closed_days,
        proof_day_rows.batches_not_as_moved,
        proof_day_rows.snapshots_lost,
        proof_day_rows.reports_changed,
    ):
        assert question(recon_tx) == NOTHING, question


def test_days_that_never_were_count_nothing(recon_tx: Tx):
    assert proof_day_rows.file_size(recon_tx) == (0, 0)
    assert proof_day_rows.run_count(recon_tx) == (0, 0)
    assert proof_day_rows.closed_size(recon_tx) == (0, 0)
    assert proof_day_rows.snapshot_rows(recon_tx) == 0
    assert proof_day_rows.closings(recon_tx) == []
    assert list(proof_day_rows.dated(recon_tx)) == []
