"""Several found one after another: chosen by who found them, paid in one payment or not at all."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import httpx2
import pytest

from api.access.carried import CARRIED_AGE_MAX_S
from api.house import House
from api.sandbox import SI_OFFICE
from ledger.money import Money
from payments.postgres import payment_rows
from tests.api.citizen.payer import Payer, ShownForm, forms_of, hear
from tests.api.citizen.signed_in import OTHER, PERSON, owe, owed_by, sign_in, with_identity

TWO = ("21/QĐ-XPHC", "22/QĐ-XPHC")


def _find(payer: Payer, number: str) -> None:
    facts = {"number": number, "day": "20", "month": "11", "year": "2026", "plate": "29B1-678.90"}
    found = payer.submit(payer.get("/find-fine"), "/find-fine", facts)
    assert found.headers["location"] == "/fine", found.text


@pytest.fixture
def payer(house: House) -> Payer:
    """Give a browser that has found two fines of two people."""
    owe(house, owed_by(PERSON, TWO[0]), owed_by(OTHER, TWO[1], name="Trần Thị Bình"))
    payer = Payer(house)
    for number in TWO:
        _find(payer, number)
    return payer


def _choosing(page: httpx2.Response) -> list[ShownForm]:
    return [form for form in forms_of(page) if form.action == "/choose"]


def _picks(page: httpx2.Response) -> list[str]:
    return re.findall(r'name="pick" value="([^"]+)" checked', page.text)


def _choose(payer: Payer, page: httpx2.Response, picks: Sequence[str]) -> httpx2.Response:
    (shown, *_) = _choosing(page)
    return payer.client.post("/choose", data=shown.values | {"pick": list(picks)})


def _leave(payer: Payer) -> httpx2.Response:
    page = payer.get("/found")
    assert _choose(payer, page, _picks(page)).headers["location"] == "/fine"
    return payer.submit(payer.get("/fine"), "/pay", {"method": "vnpay"})


def _payments(house: House) -> int:
    with house.open_tx() as tx:
        return sum(payment_rows.count_by_state(tx).values())


def test_two_found_one_after_another_are_paid_in_one_payment(payer: Payer, house: House) -> None:
    text = payer.get("/fine").text
    assert "còn 1 khoản khác" in text
    leaving = _leave(payer)
    shown = leaving.text.replace("\u00a0", " ")
    assert all(number in shown for number in TWO)
    assert "Nộp 2.000.000 đ qua VNPAY" in shown
    address = payer.submit(leaving, "/pay").headers["location"]
    assert "vnp_Amount=200000000" in address
    assert _payments(house) == 1
    hear(house, address, amount=Money(2_000_000))
    closed = payer.get("/found").text
    assert closed.count("đã nộp ngày 23/11/2026") == 2


def test_other_peoples_names_stay_masked_on_every_page(payer: Payer) -> None:
    pages = [payer.get("/fine"), payer.get("/found"), _leave(payer), payer.get("/fine")]
    for page in pages:
        assert "Bình" not in page.text
        assert "29B1-678.90" not in page.text
    assert "T. T. B." in pages[1].text


def test_t05_what_another_browser_was_shown_chooses_nothing(payer: Payer, house: House) -> None:
    page = payer.get("/found")
    stranger = Payer(house)
    owe(house, owed_by(PERSON, "23/QĐ-XPHC"))
    _find(stranger, "23/QĐ-XPHC")
    own = stranger.get("/found")
    assert _choose(stranger, own, _picks(page)).headers["location"] == "/fine"
    assert stranger.get("/fine").headers["location"] == "/find-fine"
    stolen = payer.client.cookies["found"]
    stranger.client.cookies.set("found", stolen, domain="citizen.test")
    assert stranger.get("/found").headers["location"] == "/find-fine"


def test_t05_ones_own_list_gives_nothing_to_choose_after_signing_out(house: House) -> None:
    owe(house, owed_by(PERSON, TWO[0]))
    payer = Payer(with_identity(house))
    sign_in(payer)
    page = payer.get("/mine")
    payer.submit(page, "/sign-out")
    _choose(payer, page, _picks(page))
    assert payer.get("/fine").headers["location"] == "/find-fine"


def test_nothing_chosen_is_asked_again(payer: Payer) -> None:
    answer = _choose(payer, payer.get("/found"), [])
    assert answer.status_code == 422
    assert "Chọn ít nhất một khoản" in answer.text


def test_a_find_is_forgotten_when_asked_and_after_its_hour(payer: Payer, house: House) -> None:
    page = payer.get("/found")
    payer.submit(page, "/found/forget")
    left = payer.get("/found").text
    assert sum(number in left for number in TWO) == 1
    over = house.clock() + timedelta(seconds=CARRIED_AGE_MAX_S)
    late = Payer(replace(house, clock=lambda: over))
    late.client.cookies = payer.client.cookies
    assert late.get("/found").headers["location"] == "/find-fine"


def test_those_of_different_accounts_are_never_one_payment(payer: Payer, house: House) -> None:
    owe(house, owed_by(PERSON, "23/QĐ-XPHC", account=SI_OFFICE))
    _find(payer, "23/QĐ-XPHC")
    page = payer.get("/found")
    assert len(_choosing(page)) == 2
    assert "Một giao dịch chỉ chuyển đến một tài khoản" in page.text
    _choose(payer, page, _picks(page))
    assert payer.get("/fine").headers["location"] == "/found"
    assert payer.get("/pay?method=vnpay").headers["location"] == "/fine"
    assert _payments(house) == 0


def test_one_paid_meanwhile_is_named_and_the_rest_stays_chosen(payer: Payer, house: House) -> None:
    leaving = _leave(payer)
    faster = Payer(house)
    _find(faster, TWO[0])
    before = faster.submit(faster.get("/fine"), "/pay", {"method": "vnpay"})
    address = faster.submit(before, "/pay").headers["location"]
    held = payer.submit(leaving, "/pay")
    assert held.status_code == 409
    assert f"{TWO[0]}: đang được nộp đến 12:15" in held.text
    hear(house, address, amount=Money(1_000_000))
    told = payer.submit(leaving, "/pay")
    assert told.status_code == 409
    assert f"{TWO[0]}: đã có người nộp" in told.text
    assert "Nộp 1 khoản một lần" in told.text
    assert _payments(house) == 1
    rest = payer.submit(payer.get("/fine"), "/pay", {"method": "vnpay"})
    assert TWO[1] in rest.text
    assert payer.submit(rest, "/pay").headers["location"].startswith("http://127.0.0.1:1/")


def test_a_price_that_changed_between_is_shown_beside_the_old_one(
    payer: Payer, house: House
) -> None:
    leaving = _leave(payer)
    asked_again = payer.submit(leaving, "/pay", {"shown_vnd": "1999000"})
    text = asked_again.text.replace("\u00a0", " ")
    assert asked_again.status_code == 409
    assert "Lúc trước bạn xem là 1.999.000 đ, bây giờ là 2.000.000 đ" in text
    assert all(number in text for number in TWO)
    assert _payments(house) == 0
    assert payer.submit(asked_again, "/pay").headers["location"].startswith("http://127.0.0.1:1/")


def test_a_form_left_open_over_an_hour_pays_nothing(payer: Payer, house: House) -> None:
    form = next(each for each in forms_of(_leave(payer)) if each.action == "/pay")
    over = house.clock() + timedelta(seconds=CARRIED_AGE_MAX_S)
    late = Payer(replace(house, clock=lambda: over))
    late.client.cookies = payer.client.cookies
    assert late.client.post("/pay", data=form.values).headers["location"] == "/fine"
    assert _payments(house) == 0
