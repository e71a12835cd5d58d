"""Registering the accounts payments are owed to."""

from dataclasses import replace

import pytest

from ledger.postgres.transaction import Tx
from payments.beneficiary import Beneficiary
from payments.errors import InputRefused
from payments.postgres.beneficiary_rows import beneficiaries_by_code
from payments.push_beneficiaries import BENEFICIARIES_MAX, push_beneficiaries
from tests.payments.owed import TREASURY

OFFICE = replace(TREASURY, code="bhxh-79", account_number="1021.0000.01", name="BHXH TP.HCM")
CODES = {TREASURY.code, OFFICE.code}


def test_registering_the_same_again_changes_nothing(tx: Tx):
    assert push_beneficiaries(tx, [TREASURY, OFFICE]) == 2
    assert push_beneficiaries(tx, [OFFICE, TREASURY, OFFICE]) == 0
    assert beneficiaries_by_code(tx, CODES) == {"kbnn-0011": TREASURY, "bhxh-79": OFFICE}
    assert push_beneficiaries(tx, []) == 0


@pytest.mark.parametrize(
    "other",
    [
        replace(TREASURY, account_number="7111.0.9999999"),
        replace(TREASURY, name="Somebody else"),
        replace(TREASURY, code="kbnn-0012"),
    ],
)
def test_money_never_changes_its_destination(tx: Tx, other: Beneficiary):
    push_beneficiaries(tx, [TREASURY])
    with pytest.raises(InputRefused, match="registered differently"):
        push_beneficiaries(tx, [other])


def test_a_malformed_account_sinks_all_of_them(tx: Tx):
    with pytest.raises(InputRefused) as refused:
        push_beneficiaries(tx, [OFFICE, replace(TREASURY, account_number="!")])
    assert refused.value.field == "account_number"
    assert beneficiaries_by_code(tx, CODES) == {}


def test_too_many_at_once_are_refused(tx: Tx):
    with pytest.raises(InputRefused, match="at most"):
        push_beneficiaries(tx, [TREASURY] * (BENEFICIARIES_MAX + 1))
