"""What staff look at first: open days and the files that came last."""

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from reconciliation.close_day import DayClosed, close_day
from reconciliation.file import FileState
from reconciliation.postgres.recent_rows import open_days, recent_files
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    CALENDAR,
    DAY,
    MORNING,
    NEXT_DAY,
    evening_of,
    give_report,
    nested,
    paid,
    whole_day,
)


@pytest.fixture
def tx(owner_tx: Tx) -> Tx:
    """Give one transaction for all sides."""
    return owner_tx


def test_days_with_money_are_open_until_they_close(tx: Tx) -> None:
    today = [paid(tx), paid(tx)]
    paid(tx, at=MORNING.replace(day=NEXT_DAY.day))
    rows = [(row.business_date, row.count, row.amount) for row in open_days(tx, limit=9)]
    assert rows == [(DAY, 2, Money(700_000)), (NEXT_DAY, 1, Money(350_000))]
    whole_day(tx, today)
    closed = close_day(nested(tx), DAY, calendar=CALENDAR, now=evening_of(DAY))
    assert isinstance(closed, DayClosed), closed
    assert [row.business_date for row in open_days(tx, limit=9)] == [NEXT_DAY]


def test_only_so_many_are_listed_the_oldest_days_and_the_newest_files(tx: Tx) -> None:
    paid(tx)
    paid(tx, at=MORNING.replace(day=NEXT_DAY.day))
    assert [row.business_date for row in open_days(tx, limit=1)] == [DAY]
    for version in (1, 2, 3):
        give_report(inside(tx), [], version=version)
    files = recent_files(tx, limit=2)
    assert [file.name for file in files] == ["paper-20261118-v3.csv", "paper-20261118-v2.csv"]
    assert [file.state for file in files] == [FileState.ACCEPTED, FileState.SUPERSEDED]
    assert all(file.business_date == DAY and len(file.sha256) == 64 for file in files)
