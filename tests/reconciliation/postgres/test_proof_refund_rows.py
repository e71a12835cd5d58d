"""What proofs find wrong about money that goes back."""

import pytest

from gateways.contract import RefundOutcome
from ledger.postgres.transaction import Tx
from reconciliation.postgres import proof_history_rows, proof_refund_rows
from reconciliation.proofs.legal_histories import ALLOWED
from tests.payments.refunding import RefundingGateway, approved, ordered, paid_twice

FOUND = [
    proof_refund_rows.not_as_booked,
    proof_refund_rows.beyond_taken,
    proof_refund_rows.alone,
    proof_refund_rows.payments_astray,
]


def looked_at(tx: Tx) -> dict[str, int]:
    found = {each.__name__: each(tx).total for each in FOUND}
    histories = proof_history_rows.illegal_steps(
        tx, ALLOWED, payment_first="created", attempt_first="prepared"
    )
    return {**found, "illegal_steps": histories.total}


def tampered(tx: Tx, change: str) -> dict[str, int]:
    """Return what is found once somebody changed refunds behind every trigger."""
    tx.exec_driver_sql("ALTER TABLE payments.refund DISABLE TRIGGER USER")
    tx.exec_driver_sql(f"UPDATE payments.refund SET {change}")  # noqa: S608 (a test's own words)
    return {name: total for name, total in looked_at(tx).items() if total}


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give a transaction of who can switch triggers off, with one refund done and one proposed."""
    approved(owner_tx, paid_twice(owner_tx))
    ordered(owner_tx, RefundingGateway(said=[RefundOutcome.DONE]))
    paid_twice(owner_tx)
    return owner_tx


def test_refunds_as_they_should_be_are_found_whole(tx: Tx):
    assert set(looked_at(tx).values()) == {0}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("amount_vnd = amount_vnd - 1 WHERE state = 'done'", {"not_as_booked"}),
        ("amount_vnd = amount_vnd + 1 WHERE state = 'proposed'", {"beyond_taken"}),
        ("approved_by = 'staff:hoa', proposed_by = 'system:x', digest = NULL", {"alone"}),
        ("state = 'approved', finished_at = NULL WHERE state = 'done'", {"not_as_booked"}),
    ],
)
def test_what_was_changed_behind_the_triggers_is_found(tx: Tx, change: str, found: set[str]):
    tx.exec_driver_sql("ALTER TABLE payments.refund DROP CONSTRAINT refund_approved_whole")
    assert found <= set(tampered(tx, change))


def test_money_given_back_for_no_refund_is_found(tx: Tx):
    assert "not_as_booked" in tampered(tx, "number = 'RF' || reverse(number) WHERE state = 'done'")
