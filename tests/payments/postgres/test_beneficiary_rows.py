"""Beneficiary accounts in the database."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from payments.postgres.beneficiary_rows import (
    beneficiaries_by_code,
    insert_beneficiaries,
)
from tests.payments.owed import TREASURY

OFFICE = replace(TREASURY, code="bhxh-79", account_number="1021.0000.01")


def test_accounts_come_back_as_they_were_kept(tx: Tx):
    assert insert_beneficiaries(tx, [TREASURY, OFFICE]) == {"kbnn-0011", "bhxh-79"}
    assert beneficiaries_by_code(tx, {"kbnn-0011", "nobody"}) == {"kbnn-0011": TREASURY}
    assert beneficiaries_by_code(tx, {"bhxh-79"}) == {"bhxh-79": OFFICE}


def test_a_known_code_or_account_number_is_not_kept_again(tx: Tx):
    insert_beneficiaries(tx, [TREASURY])
    same_account = replace(TREASURY, code="kbnn-0012")
    same_code = replace(TREASURY, account_number="7111.9")
    assert insert_beneficiaries(tx, [same_account, same_code, OFFICE]) == {"bhxh-79"}
    assert beneficiaries_by_code(tx, {"kbnn-0011"}) == {"kbnn-0011": TREASURY}


def test_nothing_asked_is_nothing_done(tx: Tx):
    assert insert_beneficiaries(tx, []) == set()
    assert beneficiaries_by_code(tx, set()) == {}
