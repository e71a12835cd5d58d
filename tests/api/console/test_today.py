"""The first page of the day: what is open, waiting, arrived and not at zero."""

from datetime import datetime, time, timedelta

from fastapi.testclient import TestClient

from api.console.today import not_at_zero
from api.house import House
from gateways.contract import SettlementReport
from ledger.accounts import Account, AccountKind
from ledger.money import Money
from ledger.postgres.balances import OpenBatch
from ledger.postgres.transaction import OpenTx
from reconciliation.business_day import VIETNAM
from reconciliation.close_day import DayClosed, close_day
from reconciliation.errors import FileRefused
from reconciliation.file import FileState
from reconciliation.receive_file import receive_file
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    ACCOUNT,
    CALENDAR,
    EVENING,
    PAPER,
    evening_of,
    give_report,
    give_statement,
    match,
    order,
    paid,
    whole_day,
)


def _text(staff: TestClient, path: str = "/") -> str:
    return staff.get(path).text.replace("\u00a0", " ")


def test_a_quiet_day_says_so_in_words(staff: TestClient) -> None:
    page = _text(staff)
    for words in (
        "Mọi tài khoản trung gian bằng 0",
        "Không có giao dịch nào đang chờ.",
        "Không còn chênh lệch nào.",
        "Chưa nhận tệp nào.",
        "Chưa đóng ngày nào.",
    ):
        assert words in page


def test_money_under_way_stands_with_its_day(staff: TestClient, open_all_tx: OpenTx) -> None:
    with open_all_tx() as tx:
        paid(tx)
        order(tx)
    page = _text(staff)
    assert "thứ Tư, 18/11/2026" in page
    assert "receivable:paper" in page
    assert "Đang chờ kết quả" in page
    assert "Mọi tài khoản trung gian bằng 0" not in page
    assert 'href="/day/2026-11-18"' in page


def test_after_the_match_every_account_is_at_zero_again(
    staff: TestClient, open_all_tx: OpenTx
) -> None:
    with open_all_tx() as tx:
        whole_day(tx, [paid(tx)])
    page = _text(staff)
    assert "Mọi tài khoản trung gian bằng 0" in page
    assert "paper-20261118-v1.csv" in page
    assert "Đã chấp nhận" in page


def test_a_file_that_is_not_believed_stands_with_its_reason(
    staff: TestClient, open_all_tx: OpenTx
) -> None:
    verdict = receive_file(
        open_all_tx, PAPER, name="cut.csv", raw=b"cut sh", read=_refuse, now=EVENING
    )
    assert verdict.state is FileState.QUARANTINED
    page = _text(staff)
    assert "cut.csv" in page
    assert "Đã cách ly" in page
    assert "cut short in line 1" in page


def test_what_a_day_that_closed_ahead_of_the_calendar_left_open_is_shown(
    staff: TestClient, house: House, open_all_tx: OpenTx
) -> None:
    ahead = house.today() + timedelta(days=2)  # Tomorrow is a holiday.
    with open_all_tx() as tx:
        late = paid(tx, at=datetime.combine(ahead, time(9), tzinfo=VIETNAM))
        give_report(inside(tx), [late.line()], day=ahead)
        give_statement(inside(tx), [(f"P-{ACCOUNT}", 1_000)], day=ahead)
        match(tx, ahead)
    closed = close_day(open_all_tx, ahead, calendar=CALENDAR, now=evening_of(ahead))
    assert isinstance(closed, DayClosed)
    page = _text(staff)
    assert "Không có ngày nào có tiền mà chưa đóng." in page
    assert "Mọi tài khoản trung gian bằng 0" not in page
    assert "Không còn chênh lệch nào." not in page


def _refuse(_raw: bytes) -> SettlementReport:
    raise FileRefused("cut short in line 1")


def test_batches_are_summed_by_account() -> None:
    receivable = Account(AccountKind.RECEIVABLE, "vnpay")
    payable = Account(AccountKind.PAYABLE, "KB0111")
    batches = [
        OpenBatch(receivable, "a", Money(5)),
        OpenBatch(payable, "a", Money(-7)),
        OpenBatch(receivable, "b", Money(2)),
    ]
    summed = {row.account: (row.batches, row.net.vnd) for row in not_at_zero(batches)}
    assert summed == {receivable: (2, 7), payable: (1, -7)}
