"""The calculators: a result with its steps, each wrong field in words, what was typed kept."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

import pytest

from api.citizen.insurance import rules_since
from api.house import House
from payments.obligations.rates import Rates, load_rates
from tests.api.citizen.payer import Payer, forms_of

SOCIAL = (
    "/insurance?what=social&income=2.500.000&group=khac&method={}&first_month=11/2026&supported=0"
)
HEALTH = "/insurance?what=health&members={}&joined={}&period=6&ended={}"


@pytest.fixture
def payer(house: House) -> Payer:
    """Give a browser at noon of 23 November 2026."""
    return Payer(house)


def test_the_page_has_two_forms_and_no_result_until_one_is_sent(payer: Payer) -> None:
    page = payer.get("/insurance")
    assert page.status_code == 200
    assert [form.values["what"] for form in forms_of(page)] == ["social", "health"]
    assert 'class="sum"' not in page.text
    assert "từ 1.500.000\u00a0đ đến 50.600.000\u00a0đ" in page.text
    assert "lần thay đổi gần nhất là ngày 01/07/2026" in page.text


def test_a_contribution_is_computed_with_its_steps_and_last_day(payer: Payer) -> None:
    page = payer.get(SOCIAL.format("M6")).text
    assert '<p class="sum">2.904.000\u00a0đ</p>' in page
    assert "-396.000\u00a0đ" in page
    assert "Đóng chậm nhất ngày 28/02/2027" in page
    assert "Từ 01/01/2027, mức thu nhập thấp nhất được chọn là 2.200.000\u00a0đ." in page


def test_missing_time_asks_for_no_month_and_names_none(payer: Payer) -> None:
    for month in ("", "first_month=99/99"):
        page = payer.get(
            f"/insurance?what=social&income=2500000&method=BACK&months=60&supported=0&{month}"
        )
        assert page.status_code == 200
        assert "60 tháng còn thiếu của thời gian trước đây" in page.text
        assert "2031" not in page.text


def test_a_household_pays_less_for_each_later_member(payer: Payer) -> None:
    page = payer.get(HEALTH.format(2, 2, "31/10/2026")).text
    for amount in ("409.860\u00a0đ", "341.550\u00a0đ", '<p class="sum">751.410\u00a0đ</p>'):
        assert amount in page
    assert "Cả 2 người: thẻ cũ đã hết hạn ngày 31/10/2026" in page


def test_the_english_page_says_the_same(payer: Payer) -> None:
    page = payer.get("/en" + SOCIAL.format("AHEAD") + "&months=24").text
    assert "Discount for paying years ahead" in page
    assert "The average monthly rate used is 0.31%, that of 2026" in page


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("what=social&income=&first_month=11/2026", ("income", "Nhập mức thu nhập bằng số đồng")),
        ("what=social&income=1.400.000&first_month=11/2026", ("income", "thấp nhất hiện nay")),
        ("what=social&income=51.000.000&first_month=11/2026", ("income", "cao nhất hiện nay")),
        ("what=social&income=2500000&first_month=13/2026", ("first_month", "tháng và năm")),
        ("what=social&income=2500000&first_month=10/2026", ("first_month", "chậm nhất")),
        (
            "what=social&income=2500000&first_month=11/2026&method=AHEAD&months=12",
            ("months", "không cho đóng số tháng này"),
        ),
        (
            "what=social&income=2500000&first_month=11/2026&method=BACK&months=x",
            ("months", "nhập một số từ 1 đến"),
        ),
        ("what=social&income=2500000&first_month=11/2026&supported=-1", ("supported", "nhập")),
        ("what=social&income=2500000&first_month=11/2026&group=rich", ("group", "Chọn một nhóm")),
        ("what=social&income=2500000&first_month=11/2026&method=M2", ("method", "Chọn một ph")),
        ("what=health&members=0", ("members", "Số người đóng lần này: nhập một số từ 1 đến 20")),
        ("what=health&members=2&joined=80", ("joined", "nhập một số từ 0 đến 79")),
        ("what=health&members=2&period=5", ("period", "Chọn một kỳ đóng")),
        ("what=health&members=2&ended=31/02/2026", ("ended", "Nhập một ngày có thật")),
        ("what=health&members=2&ended=31/12/1999", ("ended", "Nhập một ngày có thật")),
        ("what=health&members=%D9%A2", ("members", "nhập một số")),
    ],
)
def test_what_is_wrong_is_told_at_its_field_in_both_languages(
    payer: Payer, path: str, told: tuple[str, str]
) -> None:
    field, words = told
    page = payer.get(f"/insurance?{path}")
    assert page.status_code == 422
    assert f'<a href="#{field}">' in page.text
    assert words in page.text.split(f'id="{field}-error"')[1].split("</p>")[0]
    assert payer.get(f"/en/insurance?{path}").status_code == 422


def test_what_was_typed_stays_in_the_fields(payer: Payer) -> None:
    page = payer.get("/insurance?what=social&income=12%3Cb%3E&supported=115&first_month=11/2026")
    assert forms_of(page)[0].values["income"] == "12<b>"
    assert forms_of(page)[0].values["supported"] == "115"
    assert "12<b>" not in page.text


@pytest.mark.parametrize("field", ["income", "supported", "first_month"])
def test_what_is_far_too_long_stays_and_is_named(payer: Payer, field: str) -> None:
    page = payer.get(f"/insurance?what=social&{field}={'9' * 5_000}")
    assert page.status_code == 422
    assert forms_of(page)[0].values[field] == "9" * 5_000
    assert f'<a href="#{field}">' in page.text


def test_a_year_without_a_rate_is_told_and_nothing_takes_its_place(house: House) -> None:
    later = replace(house, clock=lambda: datetime(2027, 2, 1, 5, tzinfo=UTC))
    asked = SOCIAL.format("AHEAD").replace("11/2026", "02/2027") + "&months=24"
    page = Payer(later).get(asked)
    assert page.status_code == 422
    assert "Chưa công bố lãi suất" in page.text
    bare = replace(house, rates=Rates({}))
    assert Payer(bare).get("/insurance").status_code == 200
    assert Payer(bare).get(HEALTH.format(1, 0, "")).status_code == 422
    assert Payer(bare).get(SOCIAL.format("M1")).status_code == 422


def test_the_other_language_shows_the_same_result(payer: Payer) -> None:
    page = payer.get(SOCIAL.format("M6")).text
    (other,) = re.findall(r'href="(/en/insurance\?[^"]+)"', page)
    assert "VND\u00a02,904,000" in payer.get(unescape(other)).text


def test_fields_nobody_asked_for_change_nothing(payer: Payer) -> None:
    assert payer.get("/insurance?utm_source=mail&what=nothing").status_code == 200


def test_the_rules_are_as_old_as_their_last_change() -> None:
    rates = load_rates()
    assert rules_since(on=date(2026, 11, 23), rates=rates) == date(2026, 7, 1)
    assert rules_since(on=date(2027, 1, 1), rates=rates) == date(2027, 1, 1)
    assert rules_since(on=date(2000, 1, 1), rates=rates) is None
