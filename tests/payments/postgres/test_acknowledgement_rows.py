"""Signed acknowledgements in the database."""

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.postgres.transaction import Tx
from payments.acknowledgement import SignedAcknowledgement
from payments.postgres.acknowledgement_rows import by_number, insert_acknowledgements, of_payment
from tests.payments.owed import NOW
from tests.payments.scene import opened, owe

PROOF = SignedAcknowledgement(number="NP1", payload=b"{}", signature=b"s" * 64, key_id="k1")


def test_a_proof_comes_back_to_the_byte(tx: Tx):
    payment_id = opened(tx, owe(tx)).payment_id
    insert_acknowledgements(tx, {payment_id: PROOF}, now=NOW)
    assert of_payment(tx, payment_id) == PROOF
    assert by_number(tx, "NP1") == PROOF
    assert of_payment(tx, payment_id + 1) is None
    assert by_number(tx, "NP2") is None


def test_a_payment_has_one_proof_for_ever(tx: Tx):
    payment_id = opened(tx, owe(tx)).payment_id
    insert_acknowledgements(tx, {}, now=NOW)
    insert_acknowledgements(tx, {payment_id: PROOF}, now=NOW)
    with pytest.raises(IntegrityError):
        insert_acknowledgements(tx, {payment_id: PROOF}, now=NOW)
