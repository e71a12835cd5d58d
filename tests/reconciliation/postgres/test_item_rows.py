"""Lines of files in bulk, and only while their file is being judged."""

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from ledger.money import ZERO
from ledger.postgres.transaction import Tx
from reconciliation.file import FileContent, content_of
from reconciliation.postgres import file_rows, item_rows
from tests.reconciliation.samples import DAY, EVENING, VNPAY, Line, read_report, report

ITEMS = content_of(
    read_report(report([Line("R1", "T1", 350_000), Line("R2", "T2", 16_000, fee_vnd=7)])),
    source=VNPAY,
).items


def kept(tx: Tx) -> int:
    return file_rows.keep_file(tx, VNPAY, name="a.csv", raw=b"raw", now=EVENING).file_id


def test_every_line_is_there_as_it_was_read(recon_tx: Tx):
    file_id = kept(recon_tx)
    item_rows.add_items(recon_tx, file_id, items=ITEMS)
    rows = recon_tx.exec_driver_sql(
        "SELECT line, kind, reference, transaction, amount_vnd, fee_vnd, occurred_at, party, payout"
        " FROM reconciliation.item ORDER BY line"
    ).all()
    assert [tuple(row) for row in rows] == [
        (3, "payment", "R1", "T1", 350_000, 0, ITEMS[0].occurred_at, "KB1", "VP1"),
        (4, "payment", "R2", "T2", 16_000, 7, ITEMS[1].occurred_at, "KB1", "VP1"),
    ]


def test_a_line_has_one_place(recon_tx: Tx):
    file_id = kept(recon_tx)
    with pytest.raises(psycopg.Error, match="item_line_once"):
        item_rows.add_items(recon_tx, file_id, items=[ITEMS[0], ITEMS[0]])


def test_no_line_is_slipped_into_an_accepted_file(recon_tx: Tx):
    file_id = kept(recon_tx)
    nothing = FileContent(business_date=DAY, version=1, items=(), pages=(), amount=ZERO, fees=ZERO)
    file_rows.accept(recon_tx, file_id, source=VNPAY, content=nothing, now=EVENING)
    with pytest.raises(psycopg.Error, match="takes no more lines"):
        item_rows.add_items(recon_tx, file_id, items=ITEMS)


def test_no_line_is_without_its_file(recon_tx: Tx):
    with pytest.raises(psycopg.Error, match="takes no more lines"):
        item_rows.add_items(recon_tx, 1, items=ITEMS)


def test_a_line_moves_something(recon_tx: Tx):
    kept(recon_tx)
    with pytest.raises(DBAPIError, match="item_of_something"):
        recon_tx.exec_driver_sql(
            "INSERT INTO reconciliation.item (file_id, line, kind, reference, transaction,"
            " amount_vnd, fee_vnd, party, payout)"
            " SELECT file_id, 1, 'payment', 'R', 'T', 0, 0, 'KB1', 'P' FROM reconciliation.file"
        )
