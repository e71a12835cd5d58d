"""What services cost: found without marks, priced for a day, each wrong field in words."""

import unicodedata

import pytest

from api.citizen.fees import found_by
from api.house import House
from api.language import Language, read_speeches
from payments.obligations.fee_tariff import SERVICES
from tests.api.citizen.payer import Payer, forms_of

SPEECHES = read_speeches()
COPIES = "/fees?code=CHUNG_THUC_BAN_SAO&pages={}&copies={}"


@pytest.fixture
def payer(house: House) -> Payer:
    """Give a browser at noon of 23 November 2026."""
    return Payer(house)


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("hộ chiếu", ["HO_CHIEU_CAP_LAI", "HO_CHIEU_CAP_MOI"]),
        ("HO CHIEU", ["HO_CHIEU_CAP_LAI", "HO_CHIEU_CAP_MOI"]),
        ("chieu cap moi", ["HO_CHIEU_CAP_MOI"]),
        ("doi giay phep", ["GPLX_ISSUE"]),
        ("đổi  giấy", ["GPLX_ISSUE"]),
        (unicodedata.normalize("NFD", "Hộ chiếu cấp mới"), ["HO_CHIEU_CAP_MOI"]),
        ("passport", ["HO_CHIEU_CAP_LAI", "HO_CHIEU_CAP_MOI"]),
        ("điện nước", []),
        ("%", []),
    ],
)
def test_a_service_is_found_by_words_of_its_name_without_marks(typed: str, codes: list[str]):
    speech = SPEECHES[Language.EN if typed == "passport" else Language.VI]
    assert sorted(service.code for service in found_by(typed, speech)) == codes


def test_nothing_typed_lists_every_service_with_its_price_of_the_day(payer: Payer) -> None:
    page = payer.get("/fees")
    assert page.status_code == 200
    assert page.text.count("/fees?code=") == len(SERVICES)
    assert "Mức thu của ngày 23/11/2026" in page.text


def test_a_day_of_two_prices_shows_both_and_keeps_the_day_in_the_link(payer: Payer) -> None:
    page = payer.get("/fees?q=giay+phep+lai+xe&day=01/12/2023").text
    assert "115.000\u00a0đ" in page
    assert "135.000\u00a0đ" in page
    assert "code=GPLX_ISSUE&amp;day=01/12/2023" in page


def test_a_price_says_for_which_way_it_is_and_what_the_other_costs(payer: Payer) -> None:
    path = "/fees?code=GPLX_ISSUE&channel={}&day=01/03/2025"
    for channel, amount in (("online", "115.000"), ("counter", "135.000")):
        page = payer.get(path.format(channel)).text
        assert f'<p class="sum">{amount}' in page
        assert {"online": "hồ sơ nộp trực tuyến", "counter": "hồ sơ nộp tại quầy"}[channel] in page
        assert "115.000" in page
        assert "135.000" in page


def test_a_service_without_a_price_on_that_day_says_so(payer: Payer) -> None:
    page = payer.get("/fees?q=sat+hach&day=31/12/2025").text
    assert page.count("không có mức thu cho ngày này") == 6


def test_copies_are_computed_with_their_steps(payer: Payer) -> None:
    page = payer.get(COPIES.format(6, 2))
    assert '<p class="sum">16.000\u00a0đ</p>' in page.text
    assert "4 trang giấy × 2.000\u00a0đ" in page.text
    assert "8 trang giấy × 1.000\u00a0đ" in page.text
    assert "Thông tư 226/2016/TT-BTC, Điều 4" in page.text
    (form,) = forms_of(page)
    assert form.values["code"] == "CHUNG_THUC_BAN_SAO"
    assert (form.values["pages"], form.values["copies"]) == ("6", "2")


def test_the_english_page_says_the_same(payer: Payer) -> None:
    page = payer.get("/en" + COPIES.format(1, 1)).text
    assert '<p class="sum">VND\u00a02,000</p>' in page
    assert "1 page × VND\u00a02,000" in page
    assert "/en/find?what=fee" in page


def test_an_unconfirmed_price_says_so(payer: Payer) -> None:
    assert "Chưa xác nhận" in payer.get("/fees?code=LY_LICH_TU_PHAP_GIAM").text
    assert "Chưa xác nhận" not in payer.get("/fees?code=GPLX_ISSUE").text


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (COPIES.format(0, 1), "pages"),
        (COPIES.format("ba", 1), "pages"),
        (COPIES.format("10001", 1), "pages"),
        (COPIES.format(1, "²"), "copies"),
        (COPIES.format(1, "9" * 50), "copies"),
        ("/fees?code=GPLX_ISSUE&channel=post", "channel"),
        ("/fees?code=GPLX_ISSUE&count=-1", "count"),
        ("/fees?code=GPLX_ISSUE&day=31/02/2026", "day"),
        ("/fees?code=GPLX_ISSUE&day=31/12/1816", "day"),
        ("/fees?code=GPLX_EXAM_CAR_ROAD&day=31/12/2025", "day"),
        ("/fees?day=hom+nay", "day"),
    ],
)
def test_each_wrong_field_is_told_beside_it_in_both_languages(
    payer: Payer, path: str, field: str
) -> None:
    for prefix in ("", "/en"):
        page = payer.get(prefix + path)
        assert page.status_code == 422
        assert f'id="{field}-error"' in page.text
        assert 'class="sum"' not in page.text


@pytest.mark.parametrize("field", ["day", "count", "channel"])
def test_what_is_far_too_long_is_named_at_its_field(payer: Payer, field: str) -> None:
    page = payer.get(f"/fees?code=GPLX_ISSUE&{field}={'9' * 5_000}")
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    if field != "channel":  # One of a list: there is nothing to type.
        assert "9" * 5_000 in page.text


def test_a_search_for_far_too_much_stays_and_finds_nothing(payer: Payer) -> None:
    page = payer.get(f"/fees?q={'x' * 5_000}")
    assert f'value="{"x" * 5_000}"' in page.text
    assert "Không có dịch vụ nào tên như vậy ở đây" in page.text


def test_a_code_nobody_knows_leads_to_the_list(payer: Payer) -> None:
    page = payer.get("/fees?code=%3Cscript%3E&q=%3Cb%3E")
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert "Không có dịch vụ nào tên như vậy ở đây" in page.text


def test_the_first_page_leads_here(payer: Payer) -> None:
    assert 'href="/fees"' in payer.get("/").text
