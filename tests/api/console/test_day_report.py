"""The report of a day: the figures it closed with, or how far an open one has come."""

import pytest
from fastapi.testclient import TestClient

from ledger.postgres.audit_rows import newest
from ledger.postgres.transaction import OpenTx
from ledger.seal import SealKey
from reconciliation.close_day import DayClosed, close_day
from reconciliation.seal_day import seal_day
from tests.payments.scene import inside
from tests.reconciliation.day_scene import (
    CALENDAR,
    DAY,
    evening_of,
    give_report,
    match,
    paid,
    whole_day,
)


def _text(staff: TestClient, path: str = "/day/2026-11-18") -> str:
    return staff.get(path).text.replace("\u00a0", " ")


@pytest.fixture
def closed(open_all_tx: OpenTx) -> DayClosed:
    """Give a day of two payments, matched on all sides and closed."""
    with open_all_tx() as tx:
        whole_day(tx, [paid(tx), paid(tx, account="bhxh-01")])
    outcome = close_day(open_all_tx, DAY, calendar=CALENDAR, now=evening_of(DAY))
    assert isinstance(outcome, DayClosed), outcome
    return outcome


def test_a_closed_day_shows_three_equal_sides(staff: TestClient, closed: DayClosed) -> None:
    page = _text(staff)
    assert page.count("700.000 đ") >= 4
    assert "Đã đóng lúc 18:00, 18/11/2026" in page
    assert "Chênh lệch không giải thích được: 0 đ." in page
    assert "Khớp mã giao dịch" in page
    assert closed.sha256.hex() in page


def test_a_closed_day_names_its_files_and_its_books_checksum(
    staff: TestClient, closed: DayClosed
) -> None:
    page = _text(staff)
    for file in closed.report.files:
        assert file.name in page
        assert file.sha256 in page
    assert closed.report.checksum in page
    assert "6 bút toán, 6 lượt chuyển." in page


def test_a_closed_day_shows_its_seal_once_it_has_one(
    staff: TestClient, closed: DayClosed, open_all_tx: OpenTx
) -> None:
    assert closed.is_new
    assert "Chưa niêm phong." in _text(staff)
    sealed = seal_day(open_all_tx, key=SealKey("clearing", b"s" * 32), now=evening_of(DAY))
    assert sealed is not None
    page = _text(staff)
    assert "Niêm phong thứ 1, lúc 18:00, 18/11/2026, mã gốc:" in page
    assert sealed.root.hex() in page
    assert "Seal number 1" in _text(staff, "/en/day/2026-11-18")


def test_the_desk_leads_to_the_closed_day(staff: TestClient, closed: DayClosed) -> None:
    assert closed.is_new
    assert 'href="/day/2026-11-18"' in _text(staff, "/")


def test_an_open_day_says_that_its_figures_still_change(
    staff: TestClient, open_all_tx: OpenTx
) -> None:
    with open_all_tx() as tx:
        missing = paid(tx)
        give_report(inside(tx), [paid(tx).line()])
        match(tx)
    page = _text(staff)
    assert "Ngày này chưa đóng" in page
    assert "Thiếu trong báo cáo của đơn vị thanh toán" in page
    assert missing.number in page
    assert "Lô chưa về 0" in page


def test_english_says_the_same(staff: TestClient, closed: DayClosed) -> None:
    assert closed.is_new
    page = _text(staff, "/en/day/2026-11-18")
    assert "Unexplained difference: VND 0." in page
    assert "Same transaction" in page


@pytest.mark.parametrize("path", ["/day/never", "/day/2026-02-30", "/day/18-11-2026"])
def test_what_is_no_day_is_not_found(staff: TestClient, path: str) -> None:
    answer = staff.get(path)
    assert answer.status_code == 404
    assert "Bàn làm việc đối soát" in answer.text


def test_t43_whoever_looks_at_a_day_is_recorded(staff: TestClient, open_tx: OpenTx) -> None:
    staff.get("/day/never")
    staff.get("/day/2026-11-18")
    with open_tx() as tx:
        looked, came = (kept.record for kept in newest(tx, limit_max=9))
    assert (looked.action, looked.subject) == ("day.view", "day:2026-11-18")
    assert looked.actor == came.actor
