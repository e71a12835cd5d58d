"""Questions about histories, where nothing happened; their finds stand in tests of the proofs."""

from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_history_rows
from reconciliation.postgres.proof_history_rows import Events, Step
from reconciliation.postgres.proof_rows import Found
from tests.payments.scene import inside, opened, owe, sent

NOTHING = Found((), 0)


def test_nothing_speaks_against_what_never_happened(recon_tx: Tx):
    assert proof_history_rows.badly_answered(recon_tx) == NOTHING
    assert proof_history_rows.out_of_order(recon_tx) == NOTHING
    assert proof_history_rows.untold(recon_tx) == NOTHING
    assert proof_history_rows.history_size(recon_tx) == (0, 0, 0)
    assert proof_history_rows.answer_count(recon_tx) == 0
    assert proof_history_rows.events(recon_tx) == Events(0, 0, 0)


def test_steps_are_held_against_the_table_that_is_given(tx: Tx):
    payment = opened(tx, owe(tx))
    reference = sent(inside(tx), payment)
    legal = (
        Step("payment", "created", "send", "pending"),
        Step("attempt", "prepared", "send", "sent"),
    )
    found = proof_history_rows.illegal_steps(
        tx, legal, payment_first="created", attempt_first="prepared"
    )
    assert found == NOTHING
    found = proof_history_rows.illegal_steps(
        tx, legal[:1], payment_first="created", attempt_first="prepared"
    )
    assert found.names == (f"attempt paper {reference}, step 1: prepared send sent is no step",)
