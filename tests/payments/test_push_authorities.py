"""Registering authorities."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.postgres.transaction import Tx
from payments.authority import Authority, Family
from payments.errors import InputRefused
from payments.postgres.authority_rows import authorities_by_code
from payments.push_authorities import AUTHORITIES_MAX, push_authorities

NEW = Authority(
    code="csgt",
    family=Family.POLICE,
    name="Cục Cảnh sát giao thông",
    pushed_by="csgt",
    in_force_from=date(2020, 1, 1),
)
OLD = replace(NEW, code="ttgt-hn", family=Family.INSPECTORATE, name="Thanh tra giao thông Hà Nội")


def test_the_same_again_is_no_change(tx: Tx):
    assert push_authorities(tx, [NEW, OLD]) == 2
    assert push_authorities(tx, [NEW, OLD]) == 0
    assert push_authorities(tx, []) == 0


def test_all_are_registered_or_none(tx: Tx):
    push_authorities(tx, [NEW])
    with pytest.raises(InputRefused, match="registered differently"):
        push_authorities(tx, [OLD, replace(NEW, name="Khác")])
    assert authorities_by_code(tx, {"csgt", "ttgt-hn"}) == {"csgt": NEW}


def test_too_many_at_once_are_refused(tx: Tx):
    with pytest.raises(InputRefused, match="at most"):
        push_authorities(tx, [NEW] * (AUTHORITIES_MAX + 1))


def test_a_successor_that_is_nowhere_is_refused(tx: Tx):
    ended = replace(OLD, in_force_to=date(2025, 2, 28), successor="nobody")
    with pytest.raises(InputRefused, match="nobody is not registered"):
        push_authorities(tx, [NEW, ended])
