"""The whole book on one page, and both sides equal."""

from fastapi.testclient import TestClient

from ledger.postgres.transaction import OpenTx
from tests.reconciliation.day_scene import paid


def test_an_empty_book_is_in_balance(staff: TestClient) -> None:
    page = staff.get("/trial-balance").text
    assert "Hai bên bằng nhau" in page
    assert "Chưa có bút toán nào." in page


def test_every_account_stands_with_its_balance(staff: TestClient, open_all_tx: OpenTx) -> None:
    with open_all_tx() as tx:
        paid(tx)
    page = staff.get("/trial-balance").text.replace("\u00a0", " ")
    assert "receivable:paper" in page
    assert "payable:kbnn-0011" in page
    assert "Tổng Nợ = tổng Có = 350.000 đ." in page
    assert "-350.000 đ" in page


def test_the_book_is_shown_as_of_any_day(staff: TestClient, open_all_tx: OpenTx) -> None:
    with open_all_tx() as tx:
        paid(tx)
    before = staff.get("/trial-balance?as_of=2026-11-17").text
    assert "Chưa có bút toán nào." in before
    assert "thứ Ba, 17/11/2026" in before
    assert "receivable:paper" in staff.get("/trial-balance?as_of=2026-11-18").text


def test_a_date_that_is_none_is_refused(staff: TestClient) -> None:
    assert staff.get("/trial-balance?as_of=yesterday").status_code == 422


def test_english_says_the_same(staff: TestClient) -> None:
    assert "Both sides are equal" in staff.get("/en/trial-balance").text
