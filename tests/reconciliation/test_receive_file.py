"""Files come in whole, once, or not at all."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateways.contract import SettlementReport
from ledger.postgres.transaction import OpenTx
from reconciliation.errors import FileRefused
from reconciliation.file import FileState, FileVerdict, Source
from reconciliation.receive_file import receive_file
from reconciliation.statements.contract import StatementFile
from reconciliation.statements.mt940 import read_mt940_ended
from tests.reconciliation.samples import (
    DAY,
    EVENING,
    NEXT_DAY,
    TREASURY,
    VNPAY,
    Line,
    read_report,
    report,
    statement,
)

LINES = [Line("R1", "T1", 350_000), Line("R2", "T2", 16_000)]


def receive(
    open_tx: OpenTx,
    raw: bytes,
    *,
    source: Source = VNPAY,
    name: str = "vnpay-20261123-v1.csv",
    read: Callable[[bytes], SettlementReport | StatementFile] = read_report,
) -> FileVerdict:
    return receive_file(open_tx, source, name=name, raw=raw, read=read, now=EVENING)


def receive_statement(open_tx: OpenTx, raw: bytes) -> FileVerdict:
    return receive(open_tx, raw, source=TREASURY, name="treasury.sta", read=read_mt940_ended)


def counted(open_tx: OpenTx) -> Sequence[int]:
    with open_tx() as tx:
        return tuple(
            tx.exec_driver_sql(
                "SELECT (SELECT count(*) FROM reconciliation.file),"
                " (SELECT count(*) FROM reconciliation.item),"
                " (SELECT count(*) FROM reconciliation.statement)"
            ).one()
        )


def test_a_report_is_kept_with_all_its_lines(open_recon_tx: OpenTx):
    verdict = receive(open_recon_tx, report(LINES))
    assert verdict.state is FileState.ACCEPTED
    assert (verdict.is_new, verdict.business_date, verdict.item_count) == (True, DAY, 2)
    assert counted(open_recon_tx) == (1, 2, 0)


def test_f42_the_same_bytes_again_are_the_first_file_whatever_their_name(open_recon_tx: OpenTx):
    first = receive(open_recon_tx, report(LINES))
    again = receive(open_recon_tx, report(LINES), name="renamed.csv")
    assert (again.file_id, again.is_new, again.state) == (first.file_id, False, first.state)
    assert counted(open_recon_tx) == (1, 2, 0)


def test_f42_the_same_lines_in_another_order_are_not_taken_twice(open_recon_tx: OpenTx):
    receive(open_recon_tx, report(LINES))
    reordered = receive(open_recon_tx, report(LINES[::-1]))
    assert reordered.state is FileState.QUARANTINED
    assert "version 1" in reordered.reason
    assert counted(open_recon_tx) == (2, 2, 0)


def test_f42_a_line_doubled_inside_is_refused_with_its_file(open_recon_tx: OpenTx):
    doubled = receive(open_recon_tx, report([*LINES, LINES[0]]))
    assert doubled.state is FileState.QUARANTINED
    assert "line 5 repeats an earlier line" in doubled.reason
    assert counted(open_recon_tx) == (1, 0, 0)


def test_f43_a_file_cut_short_leaves_nothing_half_taken_in(open_recon_tx: OpenTx):
    raw = report(LINES)
    for length in (0, 10, len(raw) // 2, len(raw) - 9, len(raw) - 1):
        verdict = receive(open_recon_tx, raw[:length])
        assert verdict.state is FileState.QUARANTINED
        assert verdict.reason
        assert (verdict.business_date, verdict.item_count) == (None, 0)
    assert counted(open_recon_tx) == (5, 0, 0)
    assert receive(open_recon_tx, raw).state is FileState.ACCEPTED


def test_f45_a_corrected_version_speaks_for_the_day_and_both_stay(open_recon_tx: OpenTx):
    receive(open_recon_tx, report(LINES[:1]))
    second = receive(open_recon_tx, report(LINES, version=2))
    assert second.state is FileState.ACCEPTED
    first = receive(open_recon_tx, report(LINES[:1]))
    assert first.state is FileState.SUPERSEDED
    assert counted(open_recon_tx) == (2, 3, 0)


def test_an_older_version_does_not_come_back(open_recon_tx: OpenTx):
    receive(open_recon_tx, report(LINES, version=2))
    older = receive(open_recon_tx, report(LINES[:1], version=1))
    assert older.state is FileState.QUARANTINED
    assert "version 2 was accepted" in older.reason


def test_a_file_of_another_party_is_quarantined(open_recon_tx: OpenTx):
    verdict = receive(open_recon_tx, report(LINES), source=TREASURY)
    assert verdict.state is FileState.QUARANTINED
    assert "not what treasury sends" in verdict.reason


def test_statements_follow_each_other_by_their_balances(open_recon_tx: OpenTx):
    first = receive_statement(open_recon_tx, statement([("VP1", 350_000)]))
    second = receive_statement(
        open_recon_tx, statement([("VP2", 16_000)], opening=350_000, day=NEXT_DAY, number=2)
    )
    assert (first.state, second.state) == (FileState.ACCEPTED, FileState.ACCEPTED)
    assert counted(open_recon_tx) == (2, 2, 2)


def test_a_gap_in_the_balances_is_refused_with_its_difference(open_recon_tx: OpenTx):
    receive_statement(open_recon_tx, statement([("VP1", 350_000)]))
    gap = receive_statement(open_recon_tx, statement([], opening=366_000, day=NEXT_DAY, number=3))
    assert gap.state is FileState.QUARANTINED
    assert "account 7111.1 opens with 366000" in gap.reason
    assert "difference 16000" in gap.reason


def test_a_statement_that_came_too_early_is_accepted_once_the_one_before_is_here(
    open_recon_tx: OpenTx,
):
    before = statement([("VP1", 350_000)])
    between = statement([("VP2", 16_000)], opening=350_000, number=2)
    after = statement([], opening=366_000, day=NEXT_DAY, number=3)
    receive_statement(open_recon_tx, before)
    early = receive_statement(open_recon_tx, after)
    assert early.state is FileState.QUARANTINED
    assert receive_statement(open_recon_tx, between).state is FileState.ACCEPTED
    again = receive_statement(open_recon_tx, after)
    assert (again.file_id, again.state) == (early.file_id, FileState.ACCEPTED)
    assert again.reason == ""


def test_a_statement_must_lead_to_the_one_after_it(open_recon_tx: OpenTx):
    receive_statement(open_recon_tx, statement([], opening=5, day=NEXT_DAY))
    before = receive_statement(open_recon_tx, statement([("VP1", 350_000)]))
    assert before.state is FileState.QUARANTINED
    assert "do not close with the 5" in before.reason


def test_equal_rows_of_one_day_stay_apart(open_recon_tx: OpenTx):
    verdict = receive_statement(open_recon_tx, statement([("NONREF", 1)] * 3))
    assert (verdict.state, verdict.item_count) == (FileState.ACCEPTED, 3)
    assert counted(open_recon_tx) == (1, 3, 1)


def test_the_same_file_offered_by_many_at_once_is_taken_once(open_recon_tx: OpenTx):
    with ThreadPoolExecutor(6) as pool:
        offers = [pool.submit(receive, open_recon_tx, report(LINES)) for _ in range(6)]
        verdicts = [offer.result() for offer in offers]
    assert {verdict.state for verdict in verdicts} == {FileState.ACCEPTED}
    assert len({verdict.file_id for verdict in verdicts}) == 1
    assert counted(open_recon_tx) == (1, 2, 0)


def test_a_reader_that_fails_leaves_the_file_kept_and_unbelieved(open_recon_tx: OpenTx):
    def breaks(_raw: bytes) -> StatementFile:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        receive(open_recon_tx, report(LINES), read=breaks)
    assert counted(open_recon_tx) == (1, 0, 0)
    again = receive(open_recon_tx, report(LINES))
    assert (again.state, again.is_new) == (FileState.ACCEPTED, False)


def test_a_file_longer_than_we_keep_is_refused(
    open_recon_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("reconciliation.receive_file.FILE_BYTES_MAX", 10)
    with pytest.raises(FileRefused, match="longer than the 10 bytes"):
        receive(open_recon_tx, report(LINES))
    assert counted(open_recon_tx) == (0, 0, 0)
