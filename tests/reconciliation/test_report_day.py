"""How a day stands: the same figures while it is open and once it is closed."""

from dataclasses import replace

import pytest

from ledger.postgres.transaction import Tx
from reconciliation.close_day import DayClosed, close_day
from reconciliation.day_report import DayReport
from reconciliation.postgres import day_rows
from reconciliation.report_day import report_day
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    CALENDAR,
    DAY,
    evening_of,
    give_report,
    match,
    nested,
    paid,
    standing,
    whole_day,
)


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def _report(tx: Tx) -> DayReport:
    taken = day_rows.taken_on(tx, DAY)
    return report_day(tx, DAY, taken=taken, calendar=CALENDAR, now=evening_of(DAY))


def test_an_open_day_has_its_figures_but_no_checksum(tx: Tx) -> None:
    missing = paid(tx)
    give_report(inside(tx), [paid(tx).line()])
    match(tx)
    report = _report(tx)
    assert (report.entries, report.transfers, report.checksum) == (0, 0, "")
    assert sum(row.amount.vnd for row in report.taken) == 700_000
    assert any(missing.number in one.text for one in report.breaks_open)
    assert {(row.account, row.batch): row.net.vnd for row in report.standing} == standing(tx)


def test_closing_adds_what_only_a_closed_day_has(tx: Tx) -> None:
    whole_day(tx, [paid(tx)])
    before = _report(tx)
    closed = close_day(nested(tx), DAY, calendar=CALENDAR, now=evening_of(DAY))
    assert isinstance(closed, DayClosed), closed
    assert len(closed.report.checksum) == 64
    assert before == replace(closed.report, entries=0, transfers=0, checksum="")
