"""One account, by both clocks: what it held, took in and holds, and every line."""

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient

from api.console.account import LINES_MAX
from ledger.audit_record import Act
from ledger.postgres import audit_rows
from ledger.postgres.days import close_day
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx
from tests.api.tampering import raise_amounts
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture

PATH = "/account/receivable:vnpay"


def post(open_tx: OpenTx, *amounts: int) -> None:
    with open_tx() as tx:
        post_entries(tx, [capture(amount, amount=amount) for amount in amounts])


def link(page: str, words: str) -> str:
    """Return where a link leads."""
    (address,) = re.findall(rf'href="([^"]+)">{words}', page)
    return unescape(address)


def balances(page: str) -> list[str]:
    """Return the last column of the lines."""
    body = page[page.index("<h2>") :]
    return re.findall(r'<td class="amount">([-0-9.]+)</td></tr>', body)


def test_an_account_that_had_not_moved_by_then_holds_nothing(
    staff: TestClient, open_tx: OpenTx
) -> None:
    post(open_tx, 5)
    page = staff.get(f"{PATH}?recorded_by=2026-01-01T00:00:00Z").text.replace("\u00a0", " ")
    assert "Tài khoản receivable:vnpay" in page
    assert page.count(">0 đ<") == 4
    assert "Không có dòng nào." in page


def test_a_span_shows_opening_both_sides_closing_and_its_lines(
    staff: TestClient, open_tx: OpenTx
) -> None:
    post(open_tx, 5)
    with open_tx() as tx:
        post_entries(tx, [capture(7, day=NEXT_DAY, amount=7)])
    page = staff.get(f"{PATH}?first={NEXT_DAY}").text.replace("\u00a0", " ")
    assert re.findall(r'<td class="amount">(?:<b>)?(\d+) đ', page)[:4] == ["5", "7", "0", "12"]
    assert "captured:vnpay:7" in page
    assert "captured:vnpay:5" not in page
    assert "/account/payable:kbnn-0011?" in page
    assert "vnpay/2026-11-21/kbnn-0011" in page


def test_lines_come_page_by_page_as_they_stood_when_first_asked(
    staff: TestClient, open_tx: OpenTx
) -> None:
    post(open_tx, *range(1, LINES_MAX + 3))
    first = staff.get(PATH).text
    post(open_tx, 1_000)
    second = staff.get(link(first, "Những dòng tiếp theo")).text
    assert len(balances(first)) == LINES_MAX
    assert balances(second) == ["1.326", "1.378"]
    assert "Những dòng tiếp theo" not in second
    assert balances(staff.get(link(second, "Những dòng đầu")).text) == balances(first)
    assert "Những dòng đầu" not in first


def test_the_same_page_asked_for_later_shows_the_same(staff: TestClient, open_tx: OpenTx) -> None:
    post(open_tx, 5)
    address = link(staff.get(f"{PATH}?last={DAY}").text, "Đúng trang này")
    first = staff.get(address).text
    post(open_tx, 7)
    assert balances(staff.get(address).text) == balances(first) == ["5"]


@pytest.mark.parametrize("many", [2, LINES_MAX + 2])
def test_lines_that_do_not_add_up_are_told_on_their_last_page(
    staff: TestClient, open_tx: OpenTx, owner_open_tx: OpenTx, open_recon_tx: OpenTx, many: int
) -> None:
    post(open_tx, *range(1, many + 1))
    with open_recon_tx() as tx:
        close_day(tx, DAY, now=NOW)
    assert "không cộng ra" not in last_page(staff)
    raise_amounts(owner_open_tx)
    assert "Các dòng không cộng ra số dư đã lưu" in last_page(staff)


def last_page(staff: TestClient) -> str:
    """Return the page with the last lines, of two at most."""
    page = staff.get(PATH).text
    if "Những dòng tiếp theo" in page:
        assert "không cộng ra" not in page
        return staff.get(link(page, "Những dòng tiếp theo")).text
    return page


def test_a_look_is_recorded(staff: TestClient, open_tx: OpenTx) -> None:
    post(open_tx, 5)
    staff.get(PATH)
    with open_tx() as tx:
        (newest,) = audit_rows.newest(tx, limit_max=1)
    assert (newest.record.action, newest.record.subject) == (
        Act.VIEW_ACCOUNT,
        "account:receivable:vnpay",
    )


@pytest.mark.parametrize("code", ["nothing:vnpay", "receivable", "receivable:a b", "gain:x"])
def test_what_is_no_account_is_not_found(staff: TestClient, code: str) -> None:
    assert staff.get(f"/account/{code}").status_code == 404


@pytest.mark.parametrize("code", ["receivable:VNPAY", "receivable:nobody"])
@pytest.mark.parametrize(("language", "words"), [("", "Không tìm thấy"), ("/en", "Nothing found")])
def test_what_is_not_in_the_book_is_not_found(
    staff: TestClient, open_tx: OpenTx, language: str, words: str, code: str
) -> None:
    post(open_tx, 5)
    answer = staff.get(f"{language}/account/{code}")
    assert answer.status_code == 404
    assert words in answer.text


@pytest.mark.parametrize(
    "after", ["x", "2026-02-30.1.1", "2026-11-20.1", f"2026-11-20.{'9' * 19}.1"]
)
def test_what_marks_no_line_is_refused(staff: TestClient, after: str) -> None:
    assert staff.get(f"{PATH}?after={after}").status_code == 422


def test_what_cannot_be_asked_is_said_beside_its_field(staff: TestClient, open_tx: OpenTx) -> None:
    post(open_tx, 5)
    answer = staff.get(f"{PATH}?last=never")
    assert answer.status_code == 422
    assert '<p class="error" id="last-error"' in answer.text


def test_english_says_the_same(staff: TestClient, open_tx: OpenTx) -> None:
    post(open_tx, 5)
    page = staff.get(f"/en{PATH}").text
    assert "Opening balance" in page
    assert "/en/account/payable:kbnn-0011?" in page
