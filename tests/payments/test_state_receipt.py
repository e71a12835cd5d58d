"""What a receipt of an agency must say."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.money import VND_MAX, Money
from payments.amount_in_words import WORDS_MAX
from payments.errors import InputRefused
from payments.state_receipt import (
    Receipt,
    ReceiptLine,
    ReceiptName,
    ReceiptSort,
    check_receipt,
    digest_of,
    place_of,
)

TODAY = date(2026, 3, 11)
PAID = Money(350_000)
WHY = {"difference_reason": "Phí khác"}
NAME = ReceiptName("0100109106", "EBL01", "26A", 42)
RECEIPT = Receipt(
    sort=ReceiptSort.E_RECEIPT,
    called=NAME,
    name="Biên lai thu phí, lệ phí không có mệnh giá",
    organisation="Sở Xây dựng Hà Nội",
    address="258 Võ Chí Công, Hà Nội",
    lines=(ReceiptLine("Lệ phí", Money(300_000)), ReceiptLine("Phí", Money(50_000))),
    amount_words="Ba trăm năm mươi nghìn đồng",
    issued_on=TODAY,
    link="https://agency.example.vn/42",
)


def test_a_receipt_of_what_was_paid_is_taken():
    check_receipt(RECEIPT, paid=PAID, today=TODAY)
    attached = replace(RECEIPT, link="", document=b"<x/>")
    check_receipt(attached, paid=PAID, today=TODAY)
    less = replace(RECEIPT, difference_reason="Phần còn lại là phí dịch vụ khác")
    check_receipt(less, paid=Money(400_000), today=TODAY)


def test_a_voucher_of_a_fine_has_names_of_its_own():
    called = replace(NAME, template="C1-02/NS", series="AB/26")
    voucher = replace(RECEIPT, sort=ReceiptSort.FINE_VOUCHER, called=called)
    check_receipt(voucher, paid=PAID, today=TODAY)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("tax_id", {"called": replace(NAME, tax_id="123")}),
        ("template", {"called": replace(NAME, template="EBL03")}),
        ("series", {"called": replace(NAME, series="2A6")}),
        ("series", {"called": replace(NAME, series="25A")}),
        ("number", {"called": replace(NAME, number=0)}),
        ("number", {"called": replace(NAME, number=10_000_000)}),
        ("name", {"name": ""}),
        ("organisation", {"organisation": "a\u202eb"}),
        ("address", {"address": " x"}),
        ("amount_words", {"amount_words": "x" * 301}),
        ("lines", {"lines": ()}),
        ("lines", {"lines": (ReceiptLine("Phí", PAID), ReceiptLine("Phí", Money(0)))}),
        ("lines", {"lines": (ReceiptLine("Phí", Money(349_999)),)}),
        ("lines", {"lines": (ReceiptLine("Phí", Money(VND_MAX)),) * 3, **WHY}),
        ("lines", {"lines": (ReceiptLine("Phí", Money(WORDS_MAX + 1)),), **WHY}),
        ("amount_words", {"amount_words": "sai"}),
        ("amount_words", {"amount_words": "Ba trăm năm mươi nghìn"}),
        ("lines.0.name", {"lines": (ReceiptLine("", PAID),)}),
        ("issued_on", {"issued_on": date(2026, 3, 12)}),
        ("difference_reason", {"difference_reason": "no difference"}),
        ("link", {"link": "http://agency.example.vn"}),
        ("link", {"link": "javascript:alert(1)"}),
        ("link", {"link": 'https://a"onclick='}),
        ("link", {"link": ""}),
        ("link", {"link": "https://agency.example.vn@evil.example/42"}),
        ("link", {"link": "https://127.0.0.1/42"}),
        ("link", {"link": "https://agency.internal/42"}),
        ("link", {"link": "https://agency.example.vn:22/42"}),
        ("document", {"document": b""}),
        ("document", {"document": b"<" * 40_000}),
    ],
)
def test_what_cannot_be_right_is_named(field: str, change: dict[str, object]):
    wrong = replace(RECEIPT, **change)  # pyright: ignore[reportArgumentType] (fields by name)
    with pytest.raises(InputRefused) as refused:
        check_receipt(wrong, paid=PAID, today=TODAY)
    assert refused.value.field == field


def test_words_may_be_in_another_spelling_or_left_out():
    for words in ("", "ba trăm năm mươi ngàn đồng chẵn.", "Ba Trăm Năm Mươi Nghìn Đồng"):
        receipt = replace(RECEIPT, amount_words=words)
        check_receipt(receipt, paid=PAID, today=TODAY)
        assert receipt.words == (words or "Ba trăm năm mươi nghìn đồng")


def test_a_link_may_name_a_part_of_a_page():
    check_receipt(replace(RECEIPT, link="https://agency.example.vn/#/42"), paid=PAID, today=TODAY)


def test_beside_other_receipts_one_that_exceeds_what_was_paid_says_why():
    with pytest.raises(InputRefused, match="beside 1 on other receipts") as refused:
        check_receipt(RECEIPT, paid=PAID, today=TODAY, attached=Money(1))
    assert refused.value.field == "lines"
    explained = replace(RECEIPT, difference_reason="Cấp lại")
    check_receipt(explained, paid=PAID, today=TODAY, attached=Money(1))
    with pytest.raises(InputRefused, match="more than"):
        check_receipt(explained, paid=PAID, today=TODAY, attached=Money(WORDS_MAX))
    check_receipt(RECEIPT, paid=Money(350_001), today=TODAY, attached=Money(1))


def test_a_digest_differs_where_anything_does():
    digests = {
        digest_of(each)
        for each in (
            RECEIPT,
            replace(RECEIPT, name="Biên lai"),
            replace(RECEIPT, document=b"<x/>"),
            replace(RECEIPT, lines=(ReceiptLine("Lệ phí", PAID),)),
            replace(RECEIPT, issued_on=date(2026, 3, 10)),
        )
    }
    assert len(digests) == 5
    assert place_of(NAME) != place_of(replace(NAME, number=43))
