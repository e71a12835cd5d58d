"""I14 finds payments without their proof, and proofs that prove something else."""

import json
from dataclasses import replace

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Ed25519Signer
from payments.replace_acknowledgement import replace_acknowledgement
from reconciliation.proofs.acknowledged_is_paid import acknowledged_is_paid
from reconciliation.proofs.contract import Holds, Means
from tests.reconciliation.proofs.book import EVENING, SIGNER, named, tamper

PAID_1 = "(SELECT payment_id FROM payments.attempt WHERE reference = 'PAID-1')"
PAID_2 = "(SELECT payment_id FROM payments.attempt WHERE reference = 'PAID-2')"


def test_it_holds_of_a_clean_book(book_tx: Tx, means: Means):
    assert acknowledged_is_paid(book_tx, means) == Holds("9 proofs of payment verified")


def test_a_payment_without_its_proof_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.acknowledgement")
    planting_tx.exec_driver_sql(
        f"DELETE FROM payments.acknowledgement WHERE payment_id = {PAID_1}"  # noqa: S608 - our own constant
    )
    found = named(acknowledged_is_paid(planting_tx, means))
    assert found == f"payment {_number(planting_tx)}: paid, without a proof"


def test_a_proof_without_a_payment_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.capture")
    planting_tx.exec_driver_sql("DELETE FROM payments.capture WHERE reference = 'PAID-1'")
    number = _number(planting_tx)
    found = named(acknowledged_is_paid(planting_tx, means))
    assert found == f"payment {number}: has proof {number}, but was never paid"


def test_a_proof_with_a_strange_number_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "number = 'NP000'")
    found = named(acknowledged_is_paid(planting_tx, means))
    assert found.endswith(": its proof bears number NP000")


def test_a_number_given_twice_is_named(planting_tx: Tx, means: Means):
    tamper(planting_tx, "payments.acknowledgement")
    planting_tx.exec_driver_sql(
        "ALTER TABLE payments.acknowledgement DROP CONSTRAINT acknowledgement_pkey"
    )
    planting_tx.exec_driver_sql(
        "UPDATE payments.acknowledgement SET number = (SELECT number FROM payments.payment"  # noqa: S608 - our own constants
        f" WHERE payment_id = {PAID_1}) WHERE payment_id = {PAID_2}"
    )
    number = _number(planting_tx)
    found = named(acknowledged_is_paid(planting_tx, means))
    assert f"number {number} was given to 2 proofs of payment" in found
    assert f"its proof bears number {number}" in found


def test_a_proof_that_was_changed_is_named(planting_tx: Tx, means: Means):
    _change(planting_tx, "payload = payload || ' '::bytea")
    found = named(acknowledged_is_paid(planting_tx, means))
    assert found.endswith(": the signature of its proof does not hold")


def test_a_proof_signed_by_a_stranger_is_named(book_tx: Tx, means: Means):
    stranger = Ed25519Signer(b"x" * 32)
    unknown = replace(means, public_keys={stranger.key_id: stranger.public_key})
    found = named(acknowledged_is_paid(book_tx, unknown))
    assert f"its proof is signed with key {SIGNER.key_id}, which nobody knows" in found


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("amount_vnd", 350_001, "its proof says amount_vnd 350001, it is 350000"),
        ("gateway_transaction", "9", "its proof says gateway_transaction '9', it is '15000001'"),
        ("qr", "NP1.e30.AA", "the code on its proof proves something else"),
    ],
)
def test_a_genuine_proof_of_something_else_is_named(
    planting_tx: Tx, means: Means, name: str, value: str | int, wrong: str
):
    payload = planting_tx.exec_driver_sql(
        f"SELECT payload FROM payments.acknowledgement WHERE payment_id = {PAID_1}"  # noqa: S608 - our own constant
    ).scalar_one()
    changed = json.dumps({**json.loads(payload), name: value}).encode()
    tamper(planting_tx, "payments.acknowledgement")
    planting_tx.exec_driver_sql(
        "UPDATE payments.acknowledgement SET payload = %(payload)s, signature = %(signature)s"  # noqa: S608 - our own constant
        f" WHERE payment_id = {PAID_1}",
        {"payload": changed, "signature": SIGNER.sign(changed)},
    )
    found = named(acknowledged_is_paid(planting_tx, means))
    assert found == f"payment {_number(planting_tx)}: {wrong}"


def _go_back(tx: Tx, *, kept: int, refund: str) -> None:
    payment_id = tx.exec_driver_sql(f"SELECT {PAID_1}").scalar_one()
    replace_acknowledgement(
        tx, payment_id, refund_number=refund, kept=Money(kept), signer=SIGNER, now=EVENING
    )


def test_it_holds_of_proofs_that_followed_each_other(planting_tx: Tx, means: Means):
    _go_back(planting_tx, kept=200_000, refund="RF1")
    _go_back(planting_tx, kept=100_000, refund="RF2")
    assert acknowledged_is_paid(planting_tx, means) == Holds("11 proofs of payment verified")


def test_a_revoked_proof_of_what_is_paid_is_named(planting_tx: Tx, means: Means):
    _go_back(planting_tx, kept=0, refund="RF1")
    found = named(acknowledged_is_paid(planting_tx, means))
    assert f"payment {_number(planting_tx)} is " in found
    assert found.endswith(", but its proof was revoked")


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ("kept_vnd = 300000 WHERE version = 3", "does not follow"),
        ("kept_vnd = 150000 WHERE version = 2", "says amount_vnd 200000, it is 150000"),
        ("payload = payload || ' '::bytea WHERE version = 2", "signature of its proof does not"),
        ("ended_number = split_part(ended_number, '-', 1) || '-9' WHERE version = 3", "-9 does"),
    ],
)
def test_a_proof_that_does_not_follow_the_one_before_is_named(
    planting_tx: Tx, means: Means, change: str, wrong: str
):
    _go_back(planting_tx, kept=200_000, refund="RF1")
    _go_back(planting_tx, kept=100_000, refund="RF2")
    tamper(planting_tx, "payments.acknowledgement_turn")
    planting_tx.exec_driver_sql(f"UPDATE payments.acknowledgement_turn SET {change}")  # noqa: S608 - our own constants
    assert wrong in named(acknowledged_is_paid(planting_tx, means))


def _number(tx: Tx) -> str:
    found = tx.exec_driver_sql(f"SELECT number FROM payments.payment WHERE payment_id = {PAID_1}")  # noqa: S608 - our own constant
    return str(found.scalar_one())


def _change(tx: Tx, change: str) -> None:
    tamper(tx, "payments.acknowledgement")
    tx.exec_driver_sql(
        f"UPDATE payments.acknowledgement SET {change} WHERE payment_id = {PAID_1}"  # noqa: S608 - our own constants
    )
