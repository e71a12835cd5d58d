"""Who may move an obligation."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres import lock_rows
from tests.payments.scene import NOW, inside, opened, owe, sent


def test_obligations_are_locked_by_payment_and_by_reference_alike(tx: Tx):
    payment = opened(tx, owe(tx, many=2))
    reference = sent(inside(tx), payment)
    by_payment = lock_rows.lock_by_payment(tx, [payment.payment_id])
    by_reference = lock_rows.lock_by_reference(tx, [("paper", reference), ("paper", "none")])
    assert by_payment == by_reference
    assert by_payment.lines == {payment.payment_id: payment.lines}
    assert {owed.status for owed in by_payment.owed.values()} == {ObligationStatus.OPEN}
    assert by_payment.beneficiaries["kbnn-0011"].name == "KBNN kbnn-0011"


def test_nothing_is_locked_for_what_is_not_there(tx: Tx):
    assert lock_rows.lock_by_payment(tx, [999_999_999]).lines == {}
    assert lock_rows.lock_by_reference(tx, [("paper", "none")]).lines == {}
    assert lock_rows.lock_obligations(tx, [999_999_999]) == {}


def test_an_obligation_is_held_by_one_payment(tx: Tx):
    ids = owe(tx, many=2)
    first, second = opened(tx, ids), opened(tx, owe(tx))
    assert lock_rows.take(tx, [(ids[0], second.payment_id)], at=NOW) == set()
    assert lock_rows.holders(tx, ids) == dict.fromkeys(ids, first.payment_id)
    assert lock_rows.take(tx, [], at=NOW) == set()


def test_closing_marks_what_is_paid_and_frees_what_a_payment_held(tx: Tx):
    ids = owe(tx, many=2)
    payment = opened(tx, ids)
    lock_rows.close(tx, paid=(), released=())
    owed = lock_rows.lock_owed(tx, ids)
    paid = replace(owed[ids[0]], status=ObligationStatus.PAID, captures=1)
    lock_rows.close(tx, paid=[paid], released=[payment.payment_id])
    assert lock_rows.holders(tx, ids) == {}
    assert lock_rows.lock_obligations(tx, ids) == {
        ids[0]: ObligationStatus.PAID,
        ids[1]: ObligationStatus.OPEN,
    }
    assert lock_rows.lock_footings(tx, ids)[ids[0]].captures == 1


def test_who_is_told_is_the_last_that_took_an_authoritys_place(tx: Tx):
    ids = owe(tx)
    tx.exec_driver_sql(
        """
        INSERT INTO payments.authority (
            code, family, name, pushed_by, in_force_from, in_force_to, successor,
            items_per_minute_max
        ) VALUES
            ('third', 'police', 'C', 'x', '2020-01-01', NULL, NULL, 1),
            ('second', 'police', 'B', 'x', '2020-01-01', '2025-02-28', 'third', 1),
            ('csgt', 'inspectorate', 'A', 'x', '2020-01-01', '2024-12-31', 'second', 1)
        """
    )
    (owed,) = lock_rows.lock_owed(tx, ids).values()
    assert (owed.provider, owed.subscriber) == ("csgt", "third")
    payment = opened(tx, ids)
    by_payment = lock_rows.lock_by_payment(tx, [payment.payment_id])
    assert by_payment.owed[ids[0]].subscriber == "third"
