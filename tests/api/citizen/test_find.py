"""Finding an insurance or a fee: number and last digits, or the same answer."""

from dataclasses import replace

import pytest

from api.house import House
from api.page import Pages
from payments.obligation import NewObligation
from payments.push_obligations import push_obligations
from tests.api.citizen.payer import Payer

FEE = {"number": "HS00001", "digits": "2345"}


@pytest.fixture
def payer(payer: Payer) -> Payer:
    """Give a browser; one demand without a date is in the house."""
    demand = NewObligation(
        provider="agency",
        kind="demand",
        number="HS-00001",
        decided_on=None,
        subject="2345",
        personal={"name": "TRẦN THỊ B"},
        facts={
            "amount_vnd": 115_000,
            "title": "Lệ phí cấp đổi giấy phép lái xe",
            "law": "Theo thông báo của cơ quan thu",
            "budget": {},
        },
        beneficiary="KB0111",
    )
    with payer.house.open_tx() as tx:
        push_obligations(tx, [demand], keys=payer.house.personal_keys, now=payer.house.clock())
    return payer


def _find(payer: Payer, what: str = "fee", **other: str) -> tuple[int, str, str]:
    shown = payer.get(f"/find?what={what}")
    answer = payer.submit(shown, "/find", FEE | other)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def test_a_dossier_is_found_by_its_number_and_last_digits(payer: Payer) -> None:
    assert _find(payer, number=" hs–00001 ", digits="0010 9901 2345")[:2] == (303, "/fine")
    assert "115.000\u00a0đ" in payer.get("/fine").text


@pytest.mark.parametrize("wrong", [{"number": "HS-00002"}, {"digits": "2346"}])
def test_t03_every_wrong_fact_gets_the_same_words(payer: Payer, wrong: dict[str, str]) -> None:
    status, _, text = _find(payer, **({"number": "HS-00001"} | wrong))
    assert status == 200
    assert "Chưa tìm thấy khoản nào với thông tin này" in text


@pytest.mark.parametrize(
    ("what", "typed", "field", "words"),
    [
        ("fee", {"number": ""}, "number", "Nhập mã hồ sơ"),
        ("fee", {"number": "9" * 150}, "number", "Số này dài quá"),
        ("fee", {"number": "\u041dS-1"}, "number", "trông giống “H”"),
        ("fee", {"digits": "234"}, "digits", "Nhập 4 số cuối"),
        ("fee", {"digits": "59A1"}, "digits", "Nhập 4 số cuối"),
        ("fee", {"digits": "23\u0664\u0665"}, "digits", "Ký tự thứ 3"),
        ("insurance", {"number": ""}, "number", "Nhập mã số bảo hiểm xã hội"),
        ("insurance", {"number": "12"}, "number", "từ 4 đến 20 ký tự"),
        ("insurance", {"number": "0123/456789"}, "number", "từ 4 đến 20 ký tự"),
    ],
)
def test_what_cannot_be_right_is_named_beside_its_field(
    payer: Payer, what: str, typed: dict[str, str], field: str, words: str
) -> None:
    status, _, text = _find(payer, what, **typed)
    assert status == 422
    assert text.count(words) == 2
    assert f'href="#{field}"' in text


@pytest.mark.parametrize("field", ["number", "digits"])
def test_what_is_far_too_long_stays_and_is_named(payer: Payer, field: str) -> None:
    status, _, text = _find(payer, **{field: "9" * 5_000})
    assert status == 422
    assert f'value="{"9" * 5_000}"' in text
    assert f'href="#{field}"' in text


def test_who_found_nothing_may_be_told_when_it_comes(house: House) -> None:
    pages = Pages(sandbox=True, citizen_url="", staff_url="", sends_mail=True)
    browser = Payer(replace(house, pages=pages))
    for start in ("", "/en"):
        shown = browser.get(f"{start}/find?what=fee")
        missed = browser.submit(shown, f"{start}/find", FEE)
        assert f'href="{start}/tell-me"' in missed.text


def test_a_health_card_leads_to_the_number_of_its_holder(payer: Payer) -> None:
    card = NewObligation(
        provider="bhxh",
        kind="demand",
        number="0123456789",
        decided_on=None,
        subject="2345",
        personal={},
        facts={
            "amount_vnd": 500_000,
            "title": "Đóng bảo hiểm",
            "law": "Theo thông báo",
            "budget": {},
        },
        beneficiary="BH0101",
    )
    with payer.house.open_tx() as tx:
        push_obligations(tx, [card], keys=payer.house.personal_keys, now=payer.house.clock())
    for number in ("0123456789", "GD4 79 0123456789", "0123-456-789"):
        assert _find(payer, "insurance", number=number)[0] == 303


def test_each_form_speaks_both_languages(payer: Payer) -> None:
    for what, title in (("insurance", "Find the insurance to pay"), ("fee", "Find the fee")):
        page = payer.get(f"/en/find?what={what}")
        assert title in page.text
        assert f'href="/find?what={what}"' in page.text


@pytest.mark.parametrize("what", ["", "fine", "plate", "../x"])
def test_nothing_else_is_looked_for(payer: Payer, what: str) -> None:
    assert payer.get(f"/find?what={what}").status_code == 404
