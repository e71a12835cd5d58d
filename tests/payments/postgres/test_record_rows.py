"""A decision takes the place of the record it answers, of the same authority and open only."""

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres.obligation_rows import obligations_by_id
from payments.postgres.record_rows import decide
from tests.payments.owed import fine, push, record


def test_only_the_record_that_was_answered_leads_to_the_decision(tx: Tx):
    answered, other = push(tx, record("1/BB"), record("2/BB"))
    (decision,) = push(tx, fine())
    decide(
        tx,
        {
            ("csgt", "violation_record", "1/BB"): decision,
            ("bhxh", "violation_record", "2/BB"): decision,
        },
    )
    decide(tx, {})
    kept = obligations_by_id(tx, [answered, other])
    assert (kept[answered].status, kept[answered].successor_id) == (
        ObligationStatus.SUPERSEDED,
        decision,
    )
    assert (kept[other].status, kept[other].successor_id) == (ObligationStatus.OPEN, None)
