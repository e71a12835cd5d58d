"""How proofs ask: looking only, at one instant, naming a few and counting all."""

import pytest
from sqlalchemy.exc import InternalError

from ledger.postgres.transaction import OpenTx, Tx
from reconciliation.postgres import proof_rows
from reconciliation.postgres.proof_rows import NAMED_MAX, ROWS_AT_ONCE_MAX, Found

MANY = "SELECT 'row ' || to_char(number, 'FM000000') FROM generate_series(1, %(many)s) AS number"


def test_a_look_changes_nothing(open_recon_tx: OpenTx):
    with open_recon_tx() as tx:
        proof_rows.look_only(tx)
        with pytest.raises(InternalError, match="read-only transaction"):
            tx.exec_driver_sql("INSERT INTO reconciliation.source VALUES ('a', 'b', 'c')")


def test_a_look_sees_one_instant(open_recon_tx: OpenTx):
    count = "SELECT count(*) FROM reconciliation.source"
    with open_recon_tx() as looking:
        proof_rows.look_only(looking)
        before = looking.exec_driver_sql(count).scalar_one()
        with open_recon_tx() as tx:
            tx.exec_driver_sql(
                "INSERT INTO reconciliation.source VALUES ('vnpay', 'gateway_report', 'vnpay')"
            )
        assert looking.exec_driver_sql(count).scalar_one() == before
    with open_recon_tx() as tx:
        assert tx.exec_driver_sql(count).scalar_one() == before + 1


def test_a_look_may_take_its_time(open_recon_tx: OpenTx):
    with open_recon_tx() as tx:
        proof_rows.look_only(tx)
        assert tx.exec_driver_sql("SHOW statement_timeout").scalar_one() == "0"


def test_the_first_rows_are_named_and_all_are_counted(recon_tx: Tx):
    found = proof_rows.find(recon_tx, MANY, {"many": 50})
    assert found.total == 50
    assert len(found.names) == NAMED_MAX
    assert found.names[0] == "row 000001"


def test_nothing_found_is_nothing(recon_tx: Tx):
    assert proof_rows.find(recon_tx, MANY, {"many": 0}) == Found((), 0)


def test_a_stream_gives_every_row_of_however_many(recon_tx: Tx):
    many = 2 * ROWS_AT_ONCE_MAX + 1
    rows = proof_rows.stream(recon_tx, MANY, {"many": many})
    assert len({row[0] for row in rows}) == many


def test_an_empty_book_has_equal_sides(recon_tx: Tx):
    assert proof_rows.sides_differ(recon_tx) == Found((), 0)
    assert proof_rows.book_size(recon_tx) == (0, 0)
