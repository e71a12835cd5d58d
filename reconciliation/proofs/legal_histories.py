"""I6: payments, attempts, refunds and obligations came to where they stand by steps there are."""

from typing import Final

from ledger.postgres.transaction import Tx
from payments.obligation_states import OBLIGATION_STEPS
from payments.refund_states import REFUND_STEPS
from payments.states import ATTEMPT_STEPS, LOCKING, PAYMENT_STEPS, AttemptState, PaymentState
from reconciliation.postgres import (
    proof_history_rows,
    proof_obligation_rows,
    proof_refund_rows,
)
from reconciliation.postgres.proof_history_rows import Step
from reconciliation.proofs.contract import Means, Outcome, Proof
from reconciliation.proofs.findings import Findings, counted

ALLOWED: Final = (
    *(Step("payment", state, step, after) for (state, step), after in PAYMENT_STEPS.items()),
    *(Step("attempt", state, step, after) for (state, step), after in ATTEMPT_STEPS.items()),
    *(Step("refund", state, step, after) for (state, step), after in REFUND_STEPS.items()),
)


def legal_histories(tx: Tx, _means: Means) -> Outcome:
    """Say that steps run from 1 without a gap, each from where the last one led.

    Versions of obligations have their changes, their status follows from these and the money taken,
    and payments under way hold them. Nobody gave money back alone.
    """
    findings = Findings()
    found = proof_history_rows.illegal_steps(
        tx,
        ALLOWED,
        payment_first=PaymentState.CREATED,
        attempt_first=AttemptState.PREPARED,
    )
    allowed = [(status.value, after.value) for (status, _), after in OBLIGATION_STEPS.items()]
    for each in (
        found,
        proof_obligation_rows.illegal_steps(tx, allowed),
        proof_obligation_rows.untold_versions(tx),
        proof_obligation_rows.taken_for_nothing(tx),
        proof_obligation_rows.miscounted(tx),
        proof_obligation_rows.due_back_otherwise(tx),
        proof_obligation_rows.given_back_otherwise(tx),
        proof_obligation_rows.groundless(tx),
        proof_obligation_rows.locks_astray(tx, LOCKING),
        proof_refund_rows.alone(tx),
        proof_refund_rows.payments_astray(tx),
    ):
        findings.add_some(each.names, total=each.total)
    payments, attempts, steps = proof_history_rows.history_size(tx)
    return findings.outcome(
        looked_at=f"{counted(steps, one='step', many='steps')} of "
        f"{counted(payments, one='payment', many='payments')} and "
        + counted(attempts, one="attempt", many="attempts")
        + ", "
        + counted(proof_obligation_rows.obligation_count(tx), one="obligation", many="obligations")
    )


PROOF: Final = Proof("I6", "histories are legal", legal_histories)
