"""Finding a fine: all three facts or the same answer, and words that say what to mend."""

import re
from dataclasses import replace

import httpx2
import pytest

from api.access.look_up_quotas import WRONG_PER_SOURCE_MAX
from api.house import House
from payments.obligation import NewObligation
from payments.push_obligations import push_obligations
from tests.api.citizen.payer import QUESTION, Payer


def test_all_three_facts_lead_to_the_fine(payer: Payer) -> None:
    found = payer.find()
    assert (found.status_code, found.headers["location"]) == (303, "/fine")
    assert "3.013.500\u00a0đ" in payer.get("/fine").text


@pytest.mark.parametrize(
    "typed",
    [
        {"number": " 0002 / qđ–xphc "},
        {"number": "0002/QD-XPHC"},
        {"plate": "29b1 67890"},
        {"plate": "29B167890"},
        {"day": " 29", "month": "10 "},
    ],
)
def test_spaces_dashes_and_case_do_not_matter(payer: Payer, typed: dict[str, str]) -> None:
    assert payer.find(**typed).headers["location"] == "/fine"


@pytest.mark.parametrize(
    "wrong", [{"number": "0003/QĐ-XPHC"}, {"day": "28"}, {"plate": "29B1-678.91"}]
)
def test_t03_every_wrong_fact_gets_the_same_bytes(payer: Payer, wrong: dict[str, str]) -> None:
    other = Payer(payer.house, address="198.51.100.1")
    for _ in range(WRONG_PER_SOURCE_MAX):  # Without work at first, then with it.
        nothing = other.find(number="9999/QĐ-XPHC", plate="99Z1-999.99")
        answer = payer.find(**wrong)
        assert answer.status_code == nothing.status_code == 200
        assert "Chưa tìm thấy khoản phạt với thông tin này" in answer.text
        assert _shape(answer.text) == _shape(nothing.text)
        assert _sizes(answer) == _sizes(nothing)
        assert "found" not in answer.cookies


def _shape(html: str) -> list[str]:
    """Return a page without the values that were typed and the token that is fresh each time."""
    return [line for line in html.splitlines() if "value=" not in line]


def _sizes(answer: httpx2.Response) -> tuple[dict[str, int], int]:
    """Return how long each header and the body are; what was typed is equally long here."""
    headers = {name: len(value) for name, value in answer.headers.items()}
    return headers, sum(len(line) for line in answer.text.splitlines())


def test_what_was_typed_stays_in_the_fields(payer: Payer) -> None:
    page = payer.find(number="9999/QĐ-XPHC", plate='"><script>')
    assert 'value="9999/QĐ-XPHC"' in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"number": " "}, "number", "Nhập số quyết định xử phạt hoặc biên bản"),
        ({"number": "9" * 150}, "number", "Số quyết định dài quá"),
        ({"day": "", "month": "", "year": ""}, "day", "Nhập ngày ra quyết định"),
        ({"month": ""}, "month", "phải có đủ ngày, tháng và năm"),
        ({"day": "31", "month": "02"}, "day", "phải là một ngày có thật"),
        ({"year": "26"}, "day", "phải là một ngày có thật"),
        ({"day": "٢٩"}, "day", "phải là một ngày có thật"),
        ({"day": "hai"}, "day", "phải là một ngày có thật"),
        ({"day": "24", "month": "11"}, "day", "không thể ở sau hôm nay"),
        ({"plate": "-."}, "plate", "Nhập biển số xe hoặc 4 số cuối"),
        ({"plate": "9" * 30}, "plate", "Biển số dài quá"),
    ],
)
def test_what_cannot_be_right_is_named_beside_its_field(
    payer: Payer, typed: dict[str, str], field: str, words: str
) -> None:
    page = payer.find(**typed)
    assert page.status_code == 422
    assert page.text.count(words) == 2  # in the summary and beside the field
    assert f'href="#{field}"' in page.text
    assert f'id="{field}"' in page.text
    assert "<title>Lỗi: " in page.text


def test_english_has_its_own_words(payer: Payer) -> None:
    page = payer.submit(
        payer.get("/en/find-fine"), "/en/find-fine", QUESTION | {"plate": "", "day": "40"}
    )
    assert "Enter the plate number" in page.text
    assert "<title>Error: Find your fine" in page.text


def test_a_record_without_decision_is_an_answer_of_its_own(payer: Payer) -> None:
    record = NewObligation(
        provider="csgt",
        kind="violation_record",
        number="77/BB-VPHC",
        decided_on=payer.house.today().replace(day=20),
        subject="30A-111.11",
        personal={},
        facts={"behaviour": "Vượt đèn đỏ", "authority": "Đội 1"},
        beneficiary="KB0111",
    )
    with payer.house.open_tx() as tx:
        pushed = push_obligations(
            tx, [record], keys=payer.house.personal_keys, now=payer.house.clock()
        )
    assert pushed[0].obligation_id is not None, pushed
    page = payer.find(number="77/BB-VPHC", day="20", month="11", plate="30A-111.11")
    assert "Chưa có quyết định xử phạt" in page.text


def test_t01_wrong_tries_are_counted_per_fine(payer: Payer) -> None:
    for last_digit in range(WRONG_PER_SOURCE_MAX):
        assert payer.find(plate=f"29B1-678.8{last_digit}").status_code == 200
    page = payer.find()
    assert page.status_code == 429
    assert "Bạn đã thử nhiều lần" in page.text


def test_right_answers_use_up_no_tries(payer: Payer) -> None:
    for _ in range(WRONG_PER_SOURCE_MAX + 1):
        assert payer.find().status_code == 303


def test_t20_a_form_from_elsewhere_is_refused(payer: Payer) -> None:
    shown = payer.get("/find-fine")
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.test"}):
        assert payer.submit(shown, "/find-fine", QUESTION, headers).status_code == 403


def test_t20_a_form_shown_to_somebody_else_is_refused(payer: Payer, house: House) -> None:
    others = Payer(house).get("/find-fine")
    payer.get("/find-fine")
    assert payer.submit(others, "/find-fine", QUESTION).status_code == 403


def test_t28_unknown_fields_are_refused(payer: Payer) -> None:
    assert payer.find(is_admin="true").status_code == 422


def test_what_was_found_is_not_readable_in_the_browser(payer: Payer) -> None:
    payer.find()
    kept = " ".join(payer.client.cookies.values())
    for secret in ("0002", "29B1", "67890", "QUESTION"):
        assert secret not in kept


def test_what_was_found_opens_for_nobody_else_and_not_for_long(payer: Payer, house: House) -> None:
    payer.find()
    thief = Payer(house)
    thief.client.cookies.set("found", payer.client.cookies["found"])
    assert thief.get("/fine").headers["location"] == "/find-fine"
    later = replace(house, clock=lambda: house.clock().replace(hour=7))
    late = Payer(later)
    late.client.cookies = payer.client.cookies
    assert late.get("/fine").headers["location"] == "/find-fine"


@pytest.mark.parametrize("field", ["number", "day", "month", "year", "plate"])
def test_what_is_far_too_long_stays_and_is_named(payer: Payer, field: str) -> None:
    answer = payer.find(**{field: "9" * 5_000})
    assert answer.status_code == 422
    assert f'value="{"9" * 5_000}"' in answer.text
    assert re.search(f'href="#({field}|day)"', answer.text)


@pytest.mark.parametrize("field", ["day", "month", "year"])
def test_a_date_beyond_any_number_is_no_date(payer: Payer, field: str) -> None:
    answer = payer.find(**{field: "9" * 200})
    assert answer.status_code in (200, 422)
    assert "Ngày ra quyết định phải là một ngày có thật" in answer.text
