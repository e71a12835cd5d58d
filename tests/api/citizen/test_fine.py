"""The fine that was found: explained to the dong, masked, and with the ways to pay."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest

from api.house import House
from api.sandbox import fine, sample_obligations
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.later import DueBack
from payments.postgres import later_rows
from payments.push_obligations import push_obligations
from tests.api.citizen.payer import Payer, hear
from tests.api.conftest import NOON


def _text(payer: Payer, path: str = "/fine") -> str:
    return payer.get(path).text.replace("\u00a0", " ")


def test_the_amount_is_explained_line_by_line(payer: Payer) -> None:
    payer.find()
    page = _text(payer)
    assert "9 ngày × 0,05% × 3.000.000 đ" in page
    for amount in ("3.000.000 đ", "13.500 đ", "3.013.500 đ"):
        assert amount in page
    assert "Thông tư 18/2023/TT-BTC, Điều 5" in page
    assert "Nếu nộp ngày mai: 3.015.000 đ." in page


def test_the_deadline_is_told_in_words(payer: Payer) -> None:
    payer.find()
    assert "thứ Sáu, 13/11/2026, đã quá hạn 10 ngày" in _text(payer)


def test_a_deferred_fine_never_says_that_today_is_the_last_day(payer: Payer) -> None:
    today = payer.house.today()
    given = fine(
        number="9/QĐ-XPHC",
        plate="30A-222.22",
        fine_vnd=3_000_000,
        issued_on=today - timedelta(days=10),
        received_on=today - timedelta(days=10),
    )
    until = today + timedelta(days=20)
    deferred = replace(
        given, facts={**given.facts, "suspended": [[today.isoformat(), until.isoformat()]]}
    )
    with payer.house.open_tx() as tx:
        push_obligations(tx, [deferred], keys=payer.house.personal_keys, now=payer.house.clock())
    issued = today - timedelta(days=10)
    day, month = str(issued.day), str(issued.month)
    assert payer.find(number="9/QĐ-XPHC", plate="30A-222.22", day=day, month=month).is_redirect
    page = _text(payer)
    assert f"theo quyết định là {today:%d/%m/%Y}, đang được hoãn" in page
    assert f"đến hết ngày {until:%d/%m/%Y}" in page
    assert "hôm nay là ngày cuối" not in page
    assert "quá hạn" not in page


def test_t06_the_person_and_the_plate_are_masked(payer: Payer) -> None:
    payer.find()
    page = _text(payer)
    assert "N. V. A." in page
    assert "29B1-***.90" in page
    assert "NGUYỄN" not in page
    assert "678.90" not in page


def test_t37_the_page_says_whose_account_receives_the_money(payer: Payer) -> None:
    payer.find()
    page = _text(payer)
    assert "Kho bạc Nhà nước Hà Nội" in page
    assert "7111.0.1054321" in page


def test_a_number_nobody_confirmed_is_marked(payer: Payer) -> None:
    sunday = fine(
        number="8/QĐ-XPHC",
        plate="30A-111.11",
        fine_vnd=1_000_001,
        issued_on=payer.house.today() - timedelta(days=30),
        received_on=payer.house.today() - timedelta(days=18),
    )
    with payer.house.open_tx() as tx:
        push_obligations(tx, [sunday], keys=payer.house.personal_keys, now=payer.house.clock())
    issued = payer.house.today() - timedelta(days=30)
    day, month = str(issued.day), str(issued.month)
    assert payer.find(number="8/QĐ-XPHC", plate="30A-111.11", day=day, month=month).is_redirect
    assert "Chưa xác nhận" in _text(payer)
    payer.find()
    assert "Chưa xác nhận" not in _text(payer)


def test_english_marks_what_exists_in_vietnamese_only(payer: Payer) -> None:
    payer.find()
    page = _text(payer, "/en/fine")
    assert "9 days × 0.05% × VND 3,000,000" in page
    assert '<span lang="vi">Kho bạc Nhà nước Hà Nội</span>' in page


def test_a_gateway_that_cannot_take_the_amount_says_so(house: House, payer: Payer) -> None:
    del payer
    huge = fine(
        number="9/QĐ-XPHC",
        plate="30A-111.11",
        fine_vnd=1_000_000_000,
        issued_on=house.today(),
        received_on=house.today(),
    )
    with house.open_tx() as tx:
        push_obligations(tx, [huge], keys=house.personal_keys, now=house.clock())
    rich = Payer(house)
    rich.find(number="9/QĐ-XPHC", plate="30A-111.11", day="23", month="11")
    assert "Chỉ nhận từ 5.000 đ đến 999.999.999 đ." in _text(rich)
    assert rich.get("/pay?method=vnpay").headers["location"] == "/fine"


def test_without_a_search_there_is_nothing_to_see(payer: Payer) -> None:
    assert payer.get("/fine").headers["location"] == "/find-fine"
    assert payer.get("/en/fine").headers["location"] == "/en/find-fine"


def test_somebody_elses_payment_is_told_with_its_time(payer: Payer, house: House) -> None:
    other = Payer(house)
    other.go()
    payer.find()
    page = _text(payer)
    assert "Khoản này đang được nộp đến 12:15" in page
    assert "Có thể người thân của bạn đang nộp" in page
    assert 'name="method"' not in page
    assert "Bạn đang nộp khoản này" in _text(other)


def test_a_paid_fine_asks_for_nothing(payer: Payer, house: House) -> None:
    hear(house, Payer(house).go())
    payer.find()
    page = _text(payer)
    assert "Đã nộp ngày 23/11/2026" in page
    assert 'name="method"' not in page


@pytest.mark.parametrize("number", ["0123456789", "0109876543", "GPLX-0001", "TB-0001"])
def test_what_is_no_fine_is_not_called_one(payer: Payer, house: House, number: str) -> None:
    with house.open_tx() as tx:
        samples = sample_obligations(house.today())
        push_obligations(tx, samples, keys=house.personal_keys, now=house.clock())
    what = "insurance" if number.startswith("0") else "fee"
    search = payer.get(f"/find?what={what}")
    asked = {"number": number, "digits": "6789"}
    assert payer.submit(search, "/find", asked).headers["location"] == "/fine"
    page = _text(payer)
    assert page.count(f'href="/find?what={what}"') == 2
    assert 'href="/find-fine"' not in page
    assert "Cơ quan thu" in page
    assert not re.search("phạt|quyết định|khiếu nại|biển số", _main(page), re.IGNORECASE)
    leaving = payer.submit(payer.get("/fine"), "/pay", {"method": "vnpay"})
    assert not re.search("phạt|quyết định|biển số", _main(leaving.text), re.IGNORECASE)
    english = _main(_text(payer, "/en/fine"))
    assert not re.search(r"\b(fines?|decision|plate)\b", english, re.IGNORECASE)


def test_a_fine_says_what_a_complaint_does_and_who_decided(payer: Payer) -> None:
    payer.find()
    page = _text(payer)
    assert "Khiếu nại hoặc khởi kiện" in page
    assert "Cơ quan ra quyết định" in page
    assert page.count('href="/find-fine"') == 2


def _main(page: str) -> str:
    """Return the words of a page's own part, without the frame and what opens and closes tags."""
    inside = page[page.index("<main") : page.index("</main>")]
    return re.sub(r"<[^>]+>", " ", inside)


def test_a_method_must_be_chosen(payer: Payer) -> None:
    payer.find()
    page = payer.get("/pay")
    assert page.status_code == 422
    assert page.text.count("Chọn một cách thanh toán") == 2
    assert 'href="#method"' in page.text
    assert 'id="method"' in page.text


def test_the_price_is_that_of_the_day_of_looking(payer: Payer, house: House) -> None:
    payer.find()
    tomorrow = Payer(replace(house, clock=lambda: house.clock() + timedelta(minutes=59, hours=11)))
    tomorrow.client.cookies = payer.client.cookies
    again = replace(house, clock=lambda: house.clock() + timedelta(days=1))
    later = Payer(again)
    later.find()
    assert Money(3_015_000).vnd == 3_015_000
    assert "3.015.000 đ" in _text(later)


@pytest.mark.parametrize(
    ("went_back", "told"),
    [
        (0, "Phải hoàn lại 1.000.000 đ: đã nộp 3.000.000 đ, chỉ phải nộp 2.000.000 đ."),
        (400_000, "Còn phải hoàn lại 600.000 đ: đã hoàn 400.000 đ trong số 1.000.000 đ."),
        (1_000_000, "Đã hoàn lại đủ 1.000.000 đ: đã nộp 3.000.000 đ, chỉ phải nộp 2.000.000 đ."),
    ],
)
def test_what_went_back_is_not_said_to_be_due_back(
    payer: Payer, monkeypatch: pytest.MonkeyPatch, went_back: int, told: str
) -> None:
    back = DueBack(Money(3_000_000), Money(2_000_000), NOON, went_back=Money(went_back))

    def told_back(_tx: Tx, ids: Collection[int]) -> dict[int, DueBack]:
        return dict.fromkeys(ids, back)

    monkeypatch.setattr(later_rows, "due_back", told_back)
    assert payer.find().status_code == 303
    assert told in payer.get("/fine").text.replace("\u00a0", " ")
