"""Refunds as people look through them, and one with everything behind it."""

from fastapi.testclient import TestClient

from api.console.refunds import ROWS_MAX
from api.house import House
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest as newest_records
from payments.payment_number import refund_number
from tests.api.console.refunding import cancelled_once_paid, newest, paid_twice, send


def test_the_list_says_how_much_why_by_which_way_and_how_long(
    first: TestClient, house: House
) -> None:
    refund = paid_twice(house)
    page = first.get("/refunds").text
    for words in (refund.number, refund.payment_number, "Chờ duyệt", "3.013.500", "Nộp hai lần"):
        assert words in page
    assert "Qua đơn vị thanh toán" in page
    assert refund.number in first.get("/refunds?state=proposed").text
    assert "Không có khoản hoàn nào như vậy" in first.get("/refunds?state=done").text


def test_who_came_with_the_shared_key_is_told_to_look_only(staff: TestClient, house: House) -> None:
    refund = paid_twice(house)
    page = staff.get(f"/refunds/{refund.number}").text
    assert "Bạn chỉ xem được" in page
    assert f"{refund.number}/approve" not in page


def test_one_refund_shows_money_book_people_and_history(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    path = f"/refunds/{refund.number}"
    send(first, first.get(path), f"{path}/approve", reason="Đã đối chiếu hai giao dịch")
    page = first.get(path).text
    for words in (
        "14422574",
        "14422575",
        "captured_twice:vnpay:14422575",
        "refund_payable:vnpay",
        "system:refunds",
        "staff:ketoan1",
        "Đã đối chiếu hai giao dịch",
        newest(house).digest.hex(),
    ):
        assert words in page, words


def test_money_due_back_says_for_which_decision(first: TestClient, house: House) -> None:
    refund = cancelled_once_paid(house)
    page = first.get(f"/refunds/{refund.number}").text
    assert "Quyết định đã hủy hoặc giảm" in page
    assert "0002/QĐ-XPHC" in page
    assert "Số phải nộp nay ít hơn số đã nộp" in page
    assert "Hủy theo văn bản" in page
    assert "Số phải nộp nay ít hơn số đã nộp" in first.get("/refunds").text


def test_looking_is_recorded_under_ones_name(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    first.get(f"/refunds/{refund.number}")
    with house.open_tx() as tx:
        (kept,) = newest_records(tx, limit_max=1)
    assert (kept.record.actor, kept.record.action, kept.record.subject) == (
        "staff:ketoan1",
        Act.VIEW_REFUNDS,
        f"refund:{refund.number}",
    )


def test_what_is_not_there_is_not_found(first: TestClient) -> None:
    for number in ("RF0", "%00", "NP23456789AB", refund_number(5)):
        assert first.get(f"/refunds/{number}").status_code == 404
        assert first.get(f"/refunds?before={number}").status_code == 404


def test_older_refunds_are_a_page_further(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    assert ROWS_MAX == 50
    page = first.get(f"/refunds?before={refund.number}").text
    assert "Không có khoản hoàn nào như vậy" in page
    assert "Mới nhất" in page


def test_english_says_the_same(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    assert "Waits for approval" in first.get("/en/refunds").text
    assert "Approve the refund of" in first.get(f"/en/refunds/{refund.number}").text


def test_before_anybody_acted_the_page_says_so(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    page = first.get(f"/refunds/{refund.number}").text
    assert "Chưa có ai thao tác với khoản hoàn này." in page
    assert "như vậy" not in page
