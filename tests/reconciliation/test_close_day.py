"""A day closes when every difference has its name, and then for ever."""

import hashlib
from datetime import date, datetime

import pytest

from ledger.audit_record import Act, AuditRecord, Doer
from ledger.postgres.audit_rows import newest
from ledger.postgres.days import is_closed
from ledger.postgres.transaction import OpenTx, Tx
from payments.states import PaymentState
from reconciliation.business_day import VIETNAM
from reconciliation.close_day import DayBlocked, DayClosed, Obstacle, close_day
from reconciliation.day_report import bytes_of, figures_of
from reconciliation.errors import NotABusinessDay, YearMissing
from reconciliation.file import FileState
from reconciliation.match_day import match_day
from reconciliation.postgres import day_rows, job_rows
from reconciliation.receive_file import receive_file
from reconciliation.statements.contract import StatementFile
from reconciliation.statements.mt940 import read_mt940_ended
from tests.payments.scene import RATES, SIGNER
from tests.reconciliation.day_scene import (
    ACCOUNT,
    CALENDAR,
    DAY,
    EVENING,
    MORNING,
    NEXT_DAY,
    PAPER,
    TREASURY,
    evening_of,
    give_report,
    give_statement,
    match,
    nested,
    paid,
    state_of,
    whole_day,
)
from tests.reconciliation.samples import Line

LAN = Doer(actor="os:lan", reason="Sao kê đến muộn")


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides; who may do what is tried in the last tests."""
    return owner_tx


def close(
    tx: Tx, day: date = DAY, *, now: datetime | None = None, early: bool = False
) -> DayClosed | DayBlocked:
    return close_day(nested(tx), day, calendar=CALENDAR, now=now or evening_of(day), early=early)


def closed(tx: Tx, day: date = DAY) -> DayClosed:
    outcome = close(tx, day)
    assert isinstance(outcome, DayClosed), outcome
    return outcome


def obstacles(outcome: DayClosed | DayBlocked) -> list[Obstacle]:
    assert isinstance(outcome, DayBlocked), outcome
    return [reason.obstacle for reason in outcome.reasons]


def recorded(tx: Tx) -> list[AuditRecord]:
    return [kept.record for kept in newest(tx, limit_max=10)]


def test_a_clean_day_closes_with_its_report(tx: Tx):
    whole_day(tx, [paid(tx), paid(tx, account="bhxh-01")])
    outcome = closed(tx)
    report = outcome.report
    assert (outcome.is_new, is_closed(tx, DAY)) == (True, True)
    assert [(row.beneficiary, row.amount.vnd) for row in report.taken] == [
        ("bhxh-01", 350_000),
        (ACCOUNT, 350_000),
    ]
    assert [row.amount.vnd for row in report.reported] == [350_000, 350_000]
    assert [row.amount.vnd for row in report.arrived] == [350_000, 350_000]
    assert [(row.rule, row.count) for row in report.matched] == [("transaction", 2)]
    assert [file.source for file in report.files] == ["kbnn", "kbnn", "paper"]
    assert (report.standing, report.breaks_open) == ((), ())
    assert (report.entries, report.transfers) == (6, 6)
    debits = sum(row.debit.vnd for row in report.trial_balance)
    assert debits == sum(row.credit.vnd for row in report.trial_balance) > 0


def test_closing_again_returns_the_same_report_and_changes_nothing(tx: Tx):
    whole_day(tx, [paid(tx)])
    first = closed(tx)
    again = closed(tx)
    assert again.is_new is False
    assert (again.report, again.sha256) == (first.report, first.sha256)
    assert job_rows.is_done(tx, "close_day", DAY)


def test_the_reports_bytes_are_kept_with_their_hash(tx: Tx):
    whole_day(tx, [paid(tx)])
    outcome = closed(tx)
    kept = bytes(tx.exec_driver_sql("SELECT report FROM reconciliation.day").scalar_one())
    assert kept == bytes_of(figures_of(outcome.report))
    assert hashlib.sha256(kept).digest() == outcome.sha256


def test_a_day_without_movements_closes(tx: Tx):
    assert closed(tx).report.entries == 0


def test_a_day_that_is_not_over_stays_open_but_for_a_sandbox(tx: Tx):
    before_cut_off = datetime(2026, 11, 18, 15, 59, 59, tzinfo=VIETNAM)
    assert obstacles(close(tx, now=before_cut_off)) == [Obstacle.NOT_OVER]
    assert isinstance(close(tx, now=before_cut_off, early=True), DayClosed)


def test_a_rest_day_and_an_unknown_year_are_refused(tx: Tx):
    with pytest.raises(NotABusinessDay, match="2026-11-22"):
        close(tx, date(2026, 11, 22))
    with pytest.raises(YearMissing, match="2031"):
        close(tx, date(2031, 3, 3))


def test_f46_a_day_without_its_files_stays_open_and_says_which(tx: Tx):
    paid(tx)
    outcome = close(tx)
    assert obstacles(outcome) == [Obstacle.FILE_MISSING, Obstacle.STATEMENT_MISSING]
    assert isinstance(outcome, DayBlocked)
    assert [reason.subject for reason in outcome.reasons] == ["paper", ACCOUNT]
    assert "no report of paper for 2026-11-18" in outcome.reasons[0].text
    assert f"account 7111.{ACCOUNT}" in outcome.reasons[1].text
    assert not is_closed(tx, DAY)


def test_a_quarantined_file_is_named_with_its_reason(tx: Tx):
    one = paid(tx)
    give_report(nested(tx), [one.line()])
    verdict = receive_file(
        nested(tx), TREASURY, name="cut.sta", raw=b":20:X", read=read_mt940_ended, now=EVENING
    )
    assert verdict.state is FileState.QUARANTINED
    match(tx)
    outcome = close(tx)
    assert obstacles(outcome) == [Obstacle.STATEMENT_MISSING, Obstacle.FILE_QUARANTINED]
    assert isinstance(outcome, DayBlocked)
    assert "cut.sta is not believed: the file is cut short" in outcome.reasons[1].text


def test_a_file_nobody_matched_keeps_the_day_open(tx: Tx):
    one = paid(tx)
    give_report(nested(tx), [one.line()])
    give_statement(nested(tx), [(f"P-{ACCOUNT}", 350_000)])
    assert obstacles(close(tx)) == [Obstacle.FILE_UNMATCHED] * 2
    match(tx)
    assert isinstance(close(tx), DayClosed)


def test_a_file_whose_reading_never_ended_keeps_the_day_open(tx: Tx):
    def breaks(_: bytes) -> StatementFile:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        receive_file(nested(tx), PAPER, name="x.csv", raw=b"x", read=breaks, now=EVENING)
    assert obstacles(close(tx)) == [Obstacle.FILE_UNMATCHED]


def test_an_earlier_day_with_entries_comes_first(tx: Tx):
    paid(tx)
    outcome = close(tx, NEXT_DAY)
    assert obstacles(outcome) == [Obstacle.EARLIER_DAY_OPEN]
    assert isinstance(outcome, DayBlocked)
    assert outcome.reasons[0].subject == DAY.isoformat()


def test_a_day_that_was_passed_over_cannot_be_closed(tx: Tx):
    closed(tx, NEXT_DAY)
    assert obstacles(close(tx, DAY)) == [Obstacle.EARLIER_DAY_OPEN]


def test_money_that_stands_without_a_break_keeps_the_day_open(tx: Tx):
    one = paid(tx)
    give_report(nested(tx), [one.line()])
    give_statement(nested(tx), [(f"P-{ACCOUNT}", 350_000)])
    match(tx)
    paid(tx)  # Booked after the match: the report does not hold it, and nobody has said so yet.
    outcome = close(tx)
    assert obstacles(outcome) == [Obstacle.UNEXPLAINED] * 2
    assert not is_closed(tx, DAY)
    match(tx)
    report = closed(tx).report
    assert [one.kind for one in report.breaks_open] == ["missing_at_gateway"]
    assert [row.net.vnd for row in report.standing] == [-350_000, 350_000]


def test_a_day_closes_over_open_breaks_that_explain_all_of_it(tx: Tx):
    there, wrong, extra = paid(tx), paid(tx), paid(tx)
    give_report(
        nested(tx),
        [
            there.line(),
            wrong.line(amount_vnd=349_000),
            extra.line(fee_vnd=500),
            Line("NOT-OURS", "T9", 99_000, payout=f"P-{ACCOUNT}", beneficiary=ACCOUNT),
        ],
    )
    give_statement(nested(tx), [(f"P-{ACCOUNT}", 1_147_500)])
    match(tx)
    report = closed(tx).report
    assert sorted(one.kind for one in report.breaks_open) == [
        "amount_mismatch",
        "fee_mismatch",
        "missing_in_ledger",
    ]
    assert report.breaks_opened == {
        "amount_mismatch": 1,
        "fee_mismatch": 1,
        "missing_in_ledger": 1,
    }
    assert state_of(tx, there) is PaymentState.SETTLED


def test_the_report_of_a_closed_day_is_the_same_after_later_days(tx: Tx):
    one = paid(tx)
    give_report(nested(tx), [one.line()])
    give_statement(nested(tx), [])
    match(tx)
    first = closed(tx)
    assert [each.kind for each in first.report.breaks_open] == ["in_transit"]
    give_statement(nested(tx), [(f"P-{ACCOUNT}", 350_000)], day=NEXT_DAY)
    match(tx, NEXT_DAY)
    second = closed(tx, NEXT_DAY)
    assert second.report.breaks_closed == {"in_transit": 1}
    assert second.report.standing == ()
    assert closed(tx).sha256 == first.sha256


def test_a_break_opened_by_a_later_match_does_not_explain_an_earlier_day(tx: Tx):
    paid(tx)
    give_report(nested(tx), [])
    give_statement(nested(tx), [])
    match(tx, NEXT_DAY)
    assert obstacles(close(tx)) == [Obstacle.UNEXPLAINED] * 2


def test_the_last_days_are_listed_newest_first(tx: Tx):
    closed(tx)
    closed(tx, NEXT_DAY)
    assert [kept.business_date for kept in day_rows.last_days(tx, limit=5)] == [NEXT_DAY, DAY]


def test_a_whole_day_goes_through_with_the_rights_of_its_roles(
    open_tx: OpenTx, open_recon_tx: OpenTx
):
    with open_tx() as tx:
        one = paid(tx)
    give_report(open_recon_tx, [one.line()])
    give_statement(open_recon_tx, [(f"P-{ACCOUNT}", 350_000)])
    with open_recon_tx() as tx:
        match_day(tx, DAY, calendar=CALENDAR, signer=SIGNER, rates=RATES, now=EVENING)
    outcome = close_day(open_recon_tx, DAY, calendar=CALENDAR, now=EVENING)
    assert isinstance(outcome, DayClosed), outcome
    with open_tx() as tx:
        assert state_of(tx, one) is PaymentState.SETTLED
    with open_recon_tx() as tx:
        assert day_rows.day_of(tx, DAY) is not None


def test_a_blocked_close_leaves_nothing_behind(open_tx: OpenTx, open_recon_tx: OpenTx):
    with open_tx() as tx:
        one = paid(tx)
    give_report(open_recon_tx, [one.line()])
    give_statement(open_recon_tx, [(f"P-{ACCOUNT}", 350_000)])
    with open_recon_tx() as tx:
        match_day(tx, DAY, calendar=CALENDAR, signer=SIGNER, rates=RATES, now=EVENING)
    with open_tx() as tx:
        paid(tx, at=MORNING)
    outcome = close_day(open_recon_tx, DAY, calendar=CALENDAR, now=EVENING)
    assert obstacles(outcome) == [Obstacle.UNEXPLAINED] * 2
    with open_recon_tx() as tx:
        assert not is_closed(tx, DAY)
        assert day_rows.day_of(tx, DAY) is None


def test_who_closed_a_day_by_hand_stands_beside_it_once(tx: Tx):
    whole_day(tx, [paid(tx)])
    for _ in range(2):
        close_day(nested(tx), DAY, calendar=CALENDAR, now=EVENING, by=LAN)
    assert recorded(tx) == [LAN.did(Act.CLOSE_DAY, to="day:2026-11-18")]


def test_a_day_closed_before_it_is_over_says_so(tx: Tx):
    whole_day(tx, [paid(tx)])
    close_day(nested(tx), DAY, calendar=CALENDAR, now=MORNING, early=True, by=LAN)
    assert recorded(tx) == [LAN.did(Act.CLOSE_DAY_EARLY, to="day:2026-11-18")]


def test_a_day_that_stays_open_was_closed_by_nobody(tx: Tx):
    paid(tx)
    blocked = close_day(nested(tx), DAY, calendar=CALENDAR, now=EVENING, by=LAN)
    assert isinstance(blocked, DayBlocked)
    assert recorded(tx) == []


def test_the_schedule_is_no_person(tx: Tx):
    whole_day(tx, [paid(tx)])
    closed(tx)
    assert recorded(tx) == []
