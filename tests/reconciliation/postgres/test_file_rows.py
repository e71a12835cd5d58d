"""Files in the database: kept to the byte, judged by rules nobody can pass by."""

from datetime import date

import pytest
from sqlalchemy.exc import DBAPIError

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from reconciliation.file import FileContent, FileState, SourceKind
from reconciliation.postgres import file_rows
from tests.reconciliation.samples import DAY, EVENING, NEXT_DAY, VNPAY

CONTENT = FileContent(business_date=DAY, version=1, items=(), pages=(), amount=Money(5), fees=ZERO)


def kept(tx: Tx, raw: bytes = b"raw") -> int:
    return file_rows.keep_file(tx, VNPAY, name="a.csv", raw=raw, now=EVENING).file_id


def accepted(tx: Tx, raw: bytes = b"raw") -> int:
    file_id = kept(tx, raw)
    file_rows.accept(tx, file_id, source=VNPAY, content=CONTENT, now=EVENING)
    return file_id


def test_bytes_are_kept_as_they_came(recon_tx: Tx):
    accepted(recon_tx, b"\x00\xff\r\n")
    sha256 = bytes(recon_tx.exec_driver_sql("SELECT sha256 FROM reconciliation.file").scalar_one())
    assert file_rows.bytes_of(recon_tx, source="vnpay", sha256=sha256) == (b"\x00\xff\r\n", "vnpay")
    assert file_rows.bytes_of(recon_tx, source="momo", sha256=sha256) is None


def test_a_quarantined_file_has_its_reason_until_it_is_accepted(recon_tx: Tx):
    file_id = kept(recon_tx)
    file_rows.quarantine(recon_tx, file_id, reason="cut", now=EVENING)
    judged = file_rows.verdict_on(recon_tx, file_id, is_new=True)
    assert (judged.state, judged.reason) == (FileState.QUARANTINED, "cut")
    file_rows.accept(recon_tx, file_id, source=VNPAY, content=CONTENT, now=EVENING)
    judged = file_rows.verdict_on(recon_tx, file_id, is_new=True)
    assert (judged.state, judged.reason) == (FileState.ACCEPTED, "")


def test_files_wait_for_matching_oldest_first_until_marked(recon_tx: Tx):
    assert accepted(recon_tx) > 0
    waiting = file_rows.files_to_match(recon_tx, kind=SourceKind.GATEWAY_REPORT, until=DAY)
    assert [(file.party, file.business_date) for file in waiting] == [("vnpay", DAY)]
    other = file_rows.files_to_match(
        recon_tx, kind=SourceKind.BENEFICIARY_STATEMENT, until=NEXT_DAY
    )
    assert other == []
    before = file_rows.files_to_match(
        recon_tx, kind=SourceKind.GATEWAY_REPORT, until=date(2026, 11, 20)
    )
    assert before == []
    file_rows.mark_matched(recon_tx, [waiting[0].file_id], on=DAY)
    assert file_rows.files_to_match(recon_tx, kind=SourceKind.GATEWAY_REPORT, until=DAY) == []


def test_two_reports_never_speak_for_one_day(recon_tx: Tx):
    accepted(recon_tx)
    with pytest.raises(DBAPIError, match="file_report_of_day"):
        accepted(recon_tx, b"other")


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        ("UPDATE reconciliation.file SET bytes = 'x'", "what was offered does not change"),
        ("UPDATE reconciliation.file SET name = 'x'", "what was offered does not change"),
        ("UPDATE reconciliation.file SET state = 'quarantined', reason = 'x'", "cannot become"),
        ("UPDATE reconciliation.file SET total_vnd = 6", "what was read does not change"),
        ("DELETE FROM reconciliation.file", "only grows"),
        ("TRUNCATE reconciliation.file CASCADE", "only grows"),
    ],
)
def test_an_accepted_file_does_not_change_even_for_the_superuser(
    owner_tx: Tx, statement: str, refusal: str
):
    accepted(owner_tx)
    with pytest.raises(DBAPIError, match=refusal):
        owner_tx.exec_driver_sql(statement)


@pytest.mark.parametrize(
    "table",
    [
        *("source", "statement", "item", "item_repeat", "match_group", "match_leg"),
        *("break_case", "break_residue", "break_event", "day", "job_run"),
    ],
)
def test_what_is_written_down_only_grows(owner_tx: Tx, table: str):
    for statement in ("DELETE FROM reconciliation.", "TRUNCATE reconciliation."):
        with pytest.raises(DBAPIError, match="only grows"), owner_tx.begin_nested():
            owner_tx.exec_driver_sql(
                statement + table + ("" if "FROM" in statement else " CASCADE")
            )


def test_who_takes_payments_keeps_no_files(tx: Tx):
    with pytest.raises(DBAPIError, match="permission denied"):
        kept(tx)


def test_a_matched_file_stays_matched(owner_tx: Tx):
    file_id = accepted(owner_tx)
    file_rows.mark_matched(owner_tx, [file_id], on=DAY)
    file_rows.mark_matched(owner_tx, [file_id], on=NEXT_DAY)
    with pytest.raises(DBAPIError, match="what was read does not change"):
        owner_tx.exec_driver_sql("UPDATE reconciliation.file SET matched_on = NULL")
