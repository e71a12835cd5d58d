"""The account a payment is owed to."""

from dataclasses import replace

import pytest

from payments.beneficiary import check_beneficiary, is_number_of
from payments.errors import InputRefused
from tests.payments.owed import TREASURY


def test_a_treasury_account_is_in_order():
    check_beneficiary(TREASURY)


def test_an_account_is_named_by_its_signs_alone():
    assert is_number_of(TREASURY, "7111 0-1054321")
    assert not is_number_of(TREASURY, "7111.0.1054322")
    assert not is_number_of(TREASURY, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "kbnn 0011"),
        ("code", "x" * 41),
        ("statement_source", "kbnn/1"),
        ("account_number", "71"),
        ("account_number", "7111 0 1054321"),
        ("account_number", "7" * 35),
        ("name", " "),
        ("name", "a\nb"),
        ("bank_name", "x" * 201),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, value: str):
    with pytest.raises(InputRefused) as refused:
        check_beneficiary(replace(TREASURY, **{field: value}))
    assert refused.value.field == field
