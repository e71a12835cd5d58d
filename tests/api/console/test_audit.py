"""Who did what to what: newest first, in pages, found by whom or about what."""

import re

import pytest
from fastapi.testclient import TestClient

from api.console.audit import ROWS_MAX
from ledger.audit_record import Act, Doer
from ledger.postgres import audit_rows
from ledger.postgres.transaction import OpenTx

LAN = Doer(actor="os:lan", reason="Sao kê đến muộn <b>")


def record(open_tx: OpenTx, doer: Doer, *, to: str = "day:2026-11-20", times: int = 1) -> None:
    with open_tx() as tx:
        for _ in range(times):
            audit_rows.record(tx, doer.did(Act.CLOSE_DAY, to=to))


def numbers(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'<th scope="row" class="amount">(\d+)<', page)]


def test_the_newest_act_stands_first_and_it_is_this_look(
    staff: TestClient, open_tx: OpenTx
) -> None:
    record(open_tx, LAN)
    page = staff.get("/audit").text
    assert numbers(page) == [3, 2, 1]
    for words in ("Xem nhật ký thao tác", "Đóng ngày", "Đăng nhập", "os:lan", "day:2026-11-20"):
        assert words in page
    assert "Sao kê đến muộn &lt;b&gt;" in page


def test_older_acts_are_a_page_further(staff: TestClient, open_tx: OpenTx) -> None:
    record(open_tx, LAN, times=ROWS_MAX)
    first = staff.get("/audit?actor=os:lan").text
    assert len(numbers(first)) == ROWS_MAX
    assert "Cũ hơn" not in first
    record(open_tx, LAN)
    first = staff.get("/audit?actor=os:lan").text
    (older,) = re.findall(r'href="([^"]+)">Cũ hơn', first)
    second = staff.get(older.replace("&amp;", "&")).text
    assert numbers(second) == [numbers(first)[-1] - 1]
    assert ("Cũ hơn" in second, "Mới nhất" in second) == (False, True)


def test_acts_are_found_by_whom_and_about_what(staff: TestClient, open_tx: OpenTx) -> None:
    record(open_tx, LAN)
    record(open_tx, LAN, to="day:2026-11-21")
    assert len(numbers(staff.get("/audit?actor=os:lan").text)) == 2
    assert len(numbers(staff.get("/audit?subject=+day:2026-11-21+").text)) == 1
    both = staff.get("/audit?actor=os:minh&subject=day:2026-11-21").text
    assert "Không có thao tác nào như vậy." in both


@pytest.mark.parametrize("typed", ["actor=Lân", "subject=%00", "actor=" + "x" * 121])
def test_what_cannot_be_looked_for_is_said_beside_its_field(staff: TestClient, typed: str) -> None:
    answer = staff.get(f"/audit?{typed}")
    assert answer.status_code == 422
    assert answer.text.count("Chỉ gồm chữ không dấu") == 2


@pytest.mark.parametrize("before", ["x", "-1", "9" * 19, "٣"])
def test_a_page_that_is_none_is_refused(staff: TestClient, before: str) -> None:
    assert staff.get(f"/audit?before={before}").status_code == 422


def test_english_says_the_same(staff: TestClient, open_tx: OpenTx) -> None:
    record(open_tx, LAN)
    page = staff.get("/en/audit").text
    for words in ("Audit records", "Closed the day", "Viewed the audit records", "Sao kê đến muộn"):
        assert words in page
