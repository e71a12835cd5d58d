"""The whole book on one page, by both clocks, and both sides equal."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest
from fastapi.testclient import TestClient

from ledger.postgres.transaction import OpenTx
from tests.reconciliation.day_scene import paid


def again(page: str) -> str:
    """Return the address under which the same page can be asked for again."""
    (address,) = re.findall(r'href="([^"]+)">(?:Đúng trang này|This very page)', page)
    return unescape(address)


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


def test_the_book_is_shown_for_any_days(staff: TestClient, open_all_tx: OpenTx) -> None:
    with open_all_tx() as tx:
        paid(tx)
    before = staff.get("/trial-balance?last=2026-11-17").text
    assert "Chưa có bút toán nào." in before
    assert "đến hết 17/11/2026" in before
    assert "receivable:paper" in staff.get("/trial-balance?first=2026-11-18&last=2026-11-18").text
    after = staff.get("/trial-balance?first=19/11/2026").text.replace("\u00a0", " ")
    assert "Tổng Nợ = tổng Có = 0 đ." in after
    assert after.count("-350.000 đ") == 2


def test_the_same_page_asked_for_later_has_the_same_bytes(
    staff: TestClient, open_all_tx: OpenTx
) -> None:
    first = staff.get(again(staff.get("/trial-balance").text)).text
    with open_all_tx() as tx:
        paid(tx)
    assert figures(staff.get(again(first)).text) == figures(first)
    assert "receivable:paper" in staff.get("/trial-balance").text


def figures(page: str) -> str:
    """Return a page without what belongs to the visit."""
    return re.sub(r'name="form_token" value="[^"]+"', "", page)


def test_every_account_leads_to_its_page_by_the_same_clocks(
    staff: TestClient, open_all_tx: OpenTx
) -> None:
    with open_all_tx() as tx:
        paid(tx)
    page = staff.get("/trial-balance?last=2026-11-20").text
    query = again(page).partition("?")[2]
    assert "last=2026-11-20&recorded_by=" in query
    assert f'/account/receivable:paper?{query}"' in unescape(page)


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ("first=yesterday", "first", "Ngày đầu không đúng"),
        ("last=32/12/2026", "last", "Ngày cuối không đúng"),
        ("first=2026-11-20&last=2026-11-19", "last", "Ngày cuối phải bằng hoặc sau"),
        ("recorded_by=2026-11-20T10:00:00", "recorded_by", "Thời điểm phải có cả múi giờ"),
        ("recorded_by=1900-01-01T00:00:00Z", "recorded_by", "ngoài phạm vi của sổ"),
        ("recorded_by=2026-11-20T10:00:00%2B25:00", "recorded_by", "Thời điểm không đúng"),
        ("recorded_by=2100-01-01T00:00:00Z", "recorded_by", "Thời điểm này chưa đến"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field(
    staff: TestClient, typed: str, field: str, words: str
) -> None:
    answer = staff.get(f"/trial-balance?{typed}")
    assert answer.status_code == 422
    assert f'<p class="error" id="{field}-error"' in answer.text
    assert words in answer.text
    assert "Hai bên bằng nhau" not in answer.text


def test_what_was_typed_stays_in_its_field(staff: TestClient) -> None:
    assert 'value="yester&lt;day"' in staff.get("/trial-balance?first=yester<day").text


def test_english_says_the_same(staff: TestClient) -> None:
    page = staff.get("/en/trial-balance").text
    assert "Both sides are equal" in page
    assert again(page).startswith("/en/trial-balance?")


def test_the_page_tells_the_instant_it_is_of(staff: TestClient) -> None:
    before = datetime.now(UTC)
    page = staff.get("/trial-balance").text
    (told,) = re.findall(r'<span class="number">(20[^<]+\+07:00)</span>', page)
    assert before < datetime.fromisoformat(told) < datetime.now(UTC)
