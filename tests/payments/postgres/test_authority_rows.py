"""The register of authorities in the database."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from payments.postgres.authority_rows import (
    all_authorities,
    authorities_by_code,
    authorities_of,
    authority_of,
    end,
    insert_authorities,
)
from tests.payments.test_push_authorities import NEW, OLD

WARD = replace(NEW, code="phuong-1", pushed_by="portal")


def test_what_is_registered_is_found_as_it_was(tx: Tx):
    assert insert_authorities(tx, [OLD, NEW]) == {"csgt", "ttgt-hn"}
    assert insert_authorities(tx, [NEW]) == insert_authorities(tx, []) == set()
    assert authorities_by_code(tx, {"csgt", "nobody"}, locked=True) == {"csgt": NEW}
    assert all_authorities(tx, limit_max=5) == [NEW, OLD]
    assert all_authorities(tx, limit_max=1) == [NEW]


def test_a_partner_speaks_for_its_own_and_for_those_they_followed(tx: Tx):
    last = {"in_force_to": date(2025, 2, 28)}
    older = replace(OLD, code="ttgt-cu", pushed_by="old", successor=OLD.code, **last)
    insert_authorities(tx, [NEW, WARD, replace(OLD, pushed_by="old")])
    insert_authorities(tx, [older])
    assert authorities_of(tx, "csgt").keys() == {"csgt"}
    end(tx, OLD.code, on=date(2025, 2, 28), successor="csgt")
    assert authorities_of(tx, "csgt").keys() == {"csgt", "ttgt-hn", "ttgt-cu"}
    assert authorities_of(tx, "old").keys() == {"ttgt-hn", "ttgt-cu"}
    assert authority_of(tx, "csgt", code="ttgt-cu", locked=True) == older
    assert authority_of(tx, "csgt", code="phuong-1") is None
    assert authority_of(tx, "nobody", code="csgt") is None


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM payments.authority",
        "UPDATE payments.authority SET name = 'other'",
        "UPDATE payments.authority SET successor = code",
        "UPDATE payments.authority SET in_force_to = '1999-01-01'",
        "UPDATE payments.authority SET items_per_minute_max = 1",
        "UPDATE payments.authority SET pushed_by = 'evil'",
        "UPDATE payments.authority SET code = 'evil', family = 'tax'",
    ],
)
def test_the_database_refuses_what_cannot_be_right(tx: Tx, statement: str):
    insert_authorities(tx, [NEW])
    with pytest.raises(DBAPIError):
        tx.execute(text(statement))
