"""A tax office's notice on land."""

from datetime import date

import pytest

from ledger.money import Money, total
from payments.errors import InputRefused
from payments.obligations.contract import PaidPart, Priced
from payments.obligations.land_notice import KIND
from tests.payments.owed import RATES

NOTICE: dict[str, object] = {
    "title": "Chuyển nhượng quyền sử dụng đất, thửa số 12",
    "authority": "Thuế cơ sở 3, thành phố Hà Nội",
    "issued_on": "2026-03-02",
    "due_on": "2026-04-01",
    "budget": {"chapter": "557"},
    "lines": [
        {
            "title": "Lệ phí trước bạ nhà, đất",
            "amount_vnd": 12_500_000,
            "law": "Nghị định 10/2022/NĐ-CP, Điều 8",
            "budget": {"chapter": "557", "sub_item": "2801"},
        },
        {
            "title": "Thuế thu nhập cá nhân từ chuyển nhượng bất động sản",
            "amount_vnd": 50_000_000,
            "law": "Thông tư 92/2015/TT-BTC, Điều 17",
            "budget": {"chapter": "557", "sub_item": "1014"},
        },
    ],
}


def price(on: str, *paid: PaidPart, **changes: object) -> Priced:
    facts = KIND.read_facts({**NOTICE, **changes})
    day = date.fromisoformat(on)
    return KIND.price(facts, beneficiary="kbnn-0011", on=day, rates=RATES, paid=paid)


def test_all_lines_are_due_together_exactly_as_the_tax_office_wrote_them():
    priced = price("2026-03-10")
    assert [(line.part, line.amount.vnd, line.budget["sub_item"]) for line in priced.lines] == [
        ("land_1", 12_500_000, "2801"),
        ("land_2", 50_000_000, "1014"),
    ]
    assert (priced.deadline, [note.code for note in priced.notes]) == (
        date(2026, 4, 1),
        ["paid_together"],
    )


def test_an_amount_that_no_rate_would_give_is_not_touched():
    odd = [{"title": "Phí", "amount_vnd": 1, "law": "x"}]
    assert price("2026-03-10", lines=odd).lines[0].amount == Money(1)


def test_after_its_last_day_the_amount_stays_and_the_page_says_who_computes_more():
    late = price("2026-04-02")
    assert total(line.amount for line in late.lines) == Money(62_500_000)
    assert [note.code for note in late.notes] == ["paid_together", "past_due"]
    assert [note.code for note in price("2026-04-01").notes] == ["paid_together"]


def test_a_corrected_notice_asks_for_the_difference_only():
    paid = [
        PaidPart("land_1", Money(12_000_000), date(2026, 3, 5)),
        PaidPart("land_2", Money(50_000_000), date(2026, 3, 5)),
    ]
    assert [(line.part, line.amount.vnd) for line in price("2026-03-10", *paid).lines] == [
        ("land_1", 500_000)
    ]


def test_purpose_names_notice_date_and_office():
    facts = KIND.read_facts(NOTICE)
    assert KIND.purpose(facts, "TB-77") == (
        "Nộp theo thông báo TB-77 ngày 02/03/2026, Thuế cơ sở 3, thành phố Hà Nội"
    )
    assert (KIND.title(facts), KIND.authority(facts)) == (NOTICE["title"], NOTICE["authority"])
    assert KIND.read_facts(facts) == facts


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("lines", {"lines": []}),
        ("lines[0].amount_vnd", {"lines": [{"title": "x", "amount_vnd": "1", "law": "y"}]}),
        ("due_on", {"due_on": "2026-03-01"}),
        ("issued_on", {"issued_on": None}),
        ("authority", {"authority": ""}),
        ("price_per_m2", {"price_per_m2": 1}),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, changes: dict[str, object]):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts({**NOTICE, **changes})
    assert refused.value.field == field
