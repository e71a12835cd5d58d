"""Obligations in the database."""

from datetime import date, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from ledger.postgres.transaction import Tx
from payments.obligation import ObligationStatus
from payments.postgres.obligation_rows import (
    NewRow,
    candidates,
    insert_obligations,
    obligations_by_id,
    obligations_by_key,
)
from payments.push_beneficiaries import push_beneficiaries
from tests.payments.owed import NOW, TREASURY

DAY = date(2026, 3, 10)


def row(
    number: str, *, index: bytes | None = b"i" * 16, beneficiary: str = TREASURY.code
) -> NewRow:
    return NewRow(
        key=("csgt", "demand", number),
        number_shown=number,
        decided_on=DAY,
        subject_index=index,
        sealed=b"sealed",
        facts={"amount_vnd": 1, "deep": [{"a": None}]},
        beneficiary=beneficiary,
        status=ObligationStatus.OPEN,
    )


def test_a_row_comes_back_as_it_was_kept(tx: Tx):
    push_beneficiaries(tx, [TREASURY])
    ids = insert_obligations(tx, [row("B"), row("A", index=None)], now=NOW)
    kept = obligations_by_key(tx, ids.keys())
    assert {key: each.obligation_id for key, each in kept.items()} == ids
    assert kept[("csgt", "demand", "B")].facts == row("B").facts
    assert kept[("csgt", "demand", "B")].subject_index == b"i" * 16
    assert kept[("csgt", "demand", "A")].subject_index is None
    assert kept[("csgt", "demand", "A")].decided_on == DAY
    assert obligations_by_id(tx, ids.values()) == {
        each.obligation_id: each for each in kept.values()
    }


def test_only_new_keys_are_kept(tx: Tx):
    push_beneficiaries(tx, [TREASURY])
    insert_obligations(tx, [row("A")], now=NOW)
    assert set(insert_obligations(tx, [row("A"), row("B")], now=NOW)) == {("csgt", "demand", "B")}
    assert insert_obligations(tx, [], now=NOW) == {}
    assert obligations_by_key(tx, []) == {}
    assert obligations_by_id(tx, []) == {}


def test_an_obligation_is_owed_to_a_registered_account(tx: Tx):
    with pytest.raises(IntegrityError):
        insert_obligations(tx, [row("A", beneficiary="nobody")], now=NOW)


def test_candidates_share_number_and_date_and_have_a_subject(tx: Tx):
    push_beneficiaries(tx, [TREASURY])
    ids = insert_obligations(tx, [row("A"), row("B"), row("C", index=None)], now=NOW)
    wanted = [(ids["csgt", "demand", "A"], b"i" * 16, None)]
    assert candidates(tx, number="A", decided_on=DAY, undated=[], candidates_max=2) == wanted
    assert candidates(tx, number="A", decided_on=None, undated=["fee"], candidates_max=2) == []
    assert candidates(tx, number="C", decided_on=DAY, undated=[], candidates_max=2) == []
    assert candidates(tx, number="A", decided_on=DAY, undated=[], candidates_max=0) == []


def test_candidates_of_undated_kinds_are_found_without_a_date_but_not_with_another(tx: Tx):
    push_beneficiaries(tx, [TREASURY])
    ids = insert_obligations(tx, [row("A")], now=NOW)
    wanted = [(ids["csgt", "demand", "A"], b"i" * 16, None)]
    undated = ["demand"]
    assert candidates(tx, number="A", decided_on=None, undated=undated, candidates_max=2) == wanted
    other = DAY - timedelta(days=1)
    assert candidates(tx, number="A", decided_on=other, undated=undated, candidates_max=2) == []
