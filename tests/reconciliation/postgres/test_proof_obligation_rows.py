"""What proofs ask about the life of obligations."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.obligation_change import ChangeAct, Instalment
from payments.obligation_states import OBLIGATION_STEPS
from payments.states import LOCKING
from reconciliation.postgres import proof_obligation_rows
from reconciliation.postgres.proof_rows import Found
from tests.payments.changing import CANCEL, NUMBER, changed, correct, pay, supersede
from tests.payments.owed import fine, push, record
from tests.payments.scene import opened

ALLOWED = [(status.value, after.value) for (status, _), after in OBLIGATION_STEPS.items()]

DUE = """INSERT INTO payments.refund_due (
    obligation_id, sequence, version, paid_vnd, due_vnd, difference_vnd, cause, found_at
)
SELECT obligation_id, 9, {version}, {vnd}, 0, {vnd}, 'made up', now()
FROM payments.obligation WHERE number ^@ '{number}'"""

GONE_BACK = """UPDATE payments.refund SET amount_vnd = {vnd}, state = 'done', route = 'gateway',
    approved_by = 'staff:hoa', approved_at = now(), digest = sha256(''), finished_at = now()
FROM payments.obligation
WHERE obligation.obligation_id = refund.obligation_id AND obligation.number ^@ '10/'"""


def found(tx: Tx) -> list[Found]:
    return [
        proof_obligation_rows.illegal_steps(tx, ALLOWED),
        proof_obligation_rows.untold_versions(tx),
        proof_obligation_rows.taken_for_nothing(tx),
        proof_obligation_rows.miscounted(tx),
        proof_obligation_rows.due_back_otherwise(tx),
        proof_obligation_rows.groundless(tx),
        proof_obligation_rows.locks_astray(tx, LOCKING),
        proof_obligation_rows.given_back_otherwise(tx),
    ]


def live(tx: Tx) -> int:
    """Let obligations live in every way there is, and return the id of a paid one."""
    raised, cancelled, split, paid, _ = push(
        tx,
        fine(),
        fine("2/QĐ-XPHC"),
        fine("3/QĐ-XPHC", fine_vnd=20_000_000),
        fine("4/QĐ-XPHC"),
        fine("5/QĐ-XPHC"),
    )
    pay(tx, raised)
    changed(tx, correct(3_500_000, number=NUMBER))
    pay(tx, cancelled)
    changed(tx, replace(CANCEL, number="2/QĐ-XPHC"))
    plan = (
        Instalment(date(2026, 4, 30), Money(8_000_000)),
        Instalment(date(2026, 6, 30), Money(12_000_000)),
    )
    instalments = replace(CANCEL, act=ChangeAct.INSTALMENTS, instalments=plan)
    changed(tx, replace(instalments, number="3/QĐ-XPHC"))
    pay(tx, split, amount=Money(8_000_000))
    pay(tx, paid)
    changed(tx, supersede(fine("6/QĐ-XPHC", fine_vnd=4_000_000), number="4/QĐ-XPHC"))
    changed(tx, correct(2_000_000, number="5/QĐ-XPHC"))
    last, held = push(tx, fine("7/QĐ-XPHC"), fine("8/QĐ-XPHC"))
    pay(tx, last)
    opened(tx, [held])
    lowered, _, _ = push(tx, fine("10/QĐ-XPHC"), fine("11/QĐ-XPHC"), record())
    pay(tx, lowered)
    changed(tx, correct(2_000_000, number="10/QĐ-XPHC"))
    push(tx, fine("12/QĐ-XPHC", record_number="0077/BB-VPHC"))
    return last


def test_nothing_speaks_against_obligations_that_lived(tx: Tx):
    live(tx)
    assert [each.names for each in found(tx)] == [()] * 8
    assert proof_obligation_rows.obligation_count(tx) == 12


@pytest.mark.parametrize(
    ("which", "statement"),
    [
        (0, "UPDATE payments.obligation SET status = 'open' WHERE obligation_id = {paid}"),
        (0, "UPDATE payments.obligation_step SET to_status = 'withdrawn', from_status = 'gone'"),
        (0, "DELETE FROM payments.obligation_step WHERE obligation_id = {paid}"),
        (
            0,
            """INSERT INTO payments.obligation_step (
                obligation_id, from_status, to_status, recorded_at
            ) VALUES (-1, 'open', 'paid', now())""",
        ),
        (1, "UPDATE payments.obligation SET version = 2 WHERE obligation_id = {paid}"),
        (1, "DELETE FROM payments.obligation_version"),
        (2, "UPDATE payments.obligation SET status = 'open' WHERE obligation_id = {paid}"),
        (2, "DELETE FROM payments.refund_due"),
        (2, "UPDATE payments.capture SET movement = 'captured_twice'"),
        (3, "UPDATE payments.obligation SET status = 'open' WHERE obligation_id = {paid}"),
        (3, "UPDATE payments.obligation SET status = 'paid' WHERE number ^@ '0012345/'"),
        (3, "UPDATE payments.obligation SET status = 'paid' WHERE number ^@ '3/'"),
        (3, "UPDATE payments.obligation SET captures = captures + 5 WHERE number ^@ '11/'"),
        (3, "UPDATE payments.obligation SET captures = captures + 5 WHERE number ^@ '4/'"),
        (4, DUE.format(number="11/", version=1, vnd=5_000_000)),
        (4, DUE.format(number="7/", version=99, vnd=999_999_999)),
        (4, DUE.format(number="7/", version=1, vnd=3_000_000)),
        (4, "UPDATE payments.refund_due SET difference_vnd = 0 WHERE due_vnd = 0"),
        (5, "UPDATE payments.obligation SET status = 'withdrawn' WHERE number ^@ '11/'"),
        (
            5,
            """UPDATE payments.obligation SET status = 'superseded', successor_id = {paid}
            WHERE number ^@ '11/'""",
        ),
        (
            5,
            """UPDATE payments.obligation SET pushed_at = now() WHERE obligation_id = {paid};
            UPDATE payments.obligation SET successor_id = {paid} WHERE number ^@ '4/'""",
        ),
        (5, "UPDATE payments.obligation SET successor_id = {paid} WHERE number ^@ '0077/'"),
        (5, "UPDATE payments.obligation SET confirmed_at = '2099-01-01'"),
        (7, GONE_BACK.format(vnd=1_000_001)),
        (6, "DELETE FROM payments.obligation_lock"),
        (6, "UPDATE payments.payment SET state = 'expired' WHERE state = 'created'"),
        (6, "UPDATE payments.obligation_lock SET obligation_id = {paid}"),
    ],
)
def test_what_was_changed_by_hand_is_named(owner_tx: Tx, which: int, statement: str):
    paid = live(owner_tx)
    owner_tx.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    for table in (
        *("obligation", "obligation_step", "obligation_version", "refund_due", "capture"),
        *("payment", "obligation_lock", "refund"),
    ):
        owner_tx.exec_driver_sql(f"ALTER TABLE payments.{table} DISABLE TRIGGER ALL")
    owner_tx.exec_driver_sql(statement.format(paid=paid))
    assert found(owner_tx)[which].total > 0
