"""Fees and charges of a dossier."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger.money import Money, total
from payments.errors import InputRefused, RateMissing
from payments.obligations.contract import PaidPart, Priced
from payments.obligations.fee import KIND
from payments.obligations.pushed_lines import PUSHED_RULE
from tests.payments.owed import RATES

SHARED_EXAMPLES = Path(__file__).parents[3].parent / "shared" / "domain" / "examples.json"

COPIES: dict[str, object] = {"code": "CHUNG_THUC_BAN_SAO", "pages": 6, "copies": 2}
LICENCE: dict[str, object] = {"code": "GPLX_ISSUE", "channel": "online"}
OTHER: dict[str, object] = {
    "code": "EVN_CONNECT",
    "title": "Cấp điện mới từ lưới hạ áp",
    "law": "Hợp đồng cung ứng điện",
    "amount_vnd": 1_500_000,
}


def facts(*lines: dict[str, object], **changes: object) -> dict[str, object]:
    return {
        "title": "Đổi giấy phép lái xe",
        "authority": "Phòng Cảnh sát giao thông",
        "lines": list(lines),
        **changes,
    }


def price(on: str, *lines: dict[str, object], paid: tuple[PaidPart, ...] = ()) -> Priced:
    read = KIND.read_facts(facts(*lines))
    day = date.fromisoformat(on)
    return KIND.price(read, beneficiary="kbnn-0011", on=day, rates=RATES, paid=paid)


def test_without_an_amount_the_tariff_prices_each_line():
    priced = price("2026-09-15", COPIES, LICENCE)
    assert [(line.part, line.amount.vnd) for line in priced.lines] == [
        ("fee_1", 16_000),
        ("fee_2", 115_000),
    ]
    assert [line.label for line in priced.lines] == [
        "Phí chứng thực bản sao giấy từ bản chính",
        "Lệ phí cấp, đổi, cấp lại giấy phép lái xe",
    ]
    assert priced.lines[0].law == "Thông tư 226/2016/TT-BTC, Điều 4"
    assert total(step.amount for step in priced.lines[0].steps) == Money(16_000)
    assert priced.notes == ()


def test_worked_examples_of_the_shared_texts_come_out_to_the_dong():
    if not SHARED_EXAMPLES.exists():
        pytest.skip("the shared worked examples stand outside this repository")
    cases: list[dict[str, Any]] = json.loads(SHARED_EXAMPLES.read_text(encoding="utf-8"))["cases"]
    fees = [case for case in cases if case["topic"] == "fee"]
    assert fees
    for case in fees:
        asked = dict(case["inputs"])
        priced = price(asked.pop("paid_on"), asked)
        assert total(line.amount for line in priced.lines).vnd == case["expected"]["amount"]


def test_an_amount_the_tariff_agrees_with_is_explained_by_it():
    (line,) = price("2026-09-15", {**COPIES, "amount_vnd": 16_000}).lines
    assert (line.amount, len(line.steps), line.status) == (Money(16_000), 2, "CONFIRMED")
    assert line.rule != PUSHED_RULE


def test_a_mismatch_is_flagged_with_both_amounts_and_never_replaced():
    priced = price("2026-09-15", {**LICENCE, "amount_vnd": 135_000})
    (line,), (note,) = priced.lines, priced.notes
    assert (line.amount, line.rule, line.steps) == (Money(135_000), PUSHED_RULE, ())
    assert (note.code, note.is_warning) == ("tariff_differs", True)
    assert (note.values["asked"], note.values["tariff"]) == (Money(135_000), Money(115_000))


def test_the_tariff_of_the_payment_day_checks():
    # Printed on the last day of the reduction, paid on the first day without it.
    passport: dict[str, object] = {"code": "HO_CHIEU_CAP_MOI", "channel": "online"}
    pushed = {**passport, "amount_vnd": 100_000}
    assert price("2025-12-31", pushed).notes == ()
    assert [note.code for note in price("2026-01-01", pushed).notes] == ["tariff_differs"]
    assert [price(day, passport).lines[0].amount.vnd for day in ("2025-12-31", "2026-01-01")] == [
        100_000,
        200_000,
    ]


def test_a_day_without_a_tariff_refuses_unless_the_agency_gave_the_amount():
    exam: dict[str, object] = {"code": "GPLX_EXAM_CAR_ROAD"}
    with pytest.raises(RateMissing, match=r"fees\.gplx_exam_car_road.*2025-12-31"):
        price("2025-12-31", exam)
    priced = price("2025-12-31", {**exam, "amount_vnd": 80_000})
    assert [line.amount.vnd for line in priced.lines] == [80_000]
    assert [(note.code, note.is_warning) for note in priced.notes] == [("tariff_unknown", False)]


def test_a_code_outside_the_tariff_is_due_as_the_agency_wrote_it():
    (line,) = price("2026-09-15", OTHER).lines
    assert (line.amount, line.label, line.law, line.rule) == (
        Money(1_500_000),
        "Cấp điện mới từ lưới hạ áp",
        "Hợp đồng cung ứng điện",
        PUSHED_RULE,
    )


def test_an_unconfirmed_number_of_ours_shows_and_an_agencys_own_does_not():
    reduced: dict[str, object] = {"code": "LY_LICH_TU_PHAP_GIAM"}
    assert price("2026-09-15", reduced).lines[0].status == "UNCONFIRMED"
    assert price("2026-09-15", {**reduced, "amount_vnd": 100_000}).lines[0].status == "CONFIRMED"


def test_what_was_paid_is_taken_off():
    paid = PaidPart("fee_1", Money(10_000), date(2026, 9, 1))
    assert [line.amount.vnd for line in price("2026-09-15", COPIES, paid=(paid,)).lines] == [6_000]


def test_words_and_codes_are_the_agencys():
    read = KIND.read_facts(
        facts(COPIES, {**OTHER, "budget": {"sub_item": "2716"}}, budget={"sub_item": "2763"})
    )
    priced = KIND.price(read, beneficiary="a", on=date(2026, 9, 15), rates=RATES, paid=())
    assert [line.budget for line in priced.lines] == [{"sub_item": "2763"}, {"sub_item": "2716"}]
    assert KIND.purpose(read, "G01.899") == "Đổi giấy phép lái xe, hồ sơ G01.899"
    assert KIND.title(read) == "Đổi giấy phép lái xe"
    assert KIND.authority(read) == "Phòng Cảnh sát giao thông"


@pytest.mark.parametrize(
    "lines",
    [
        (COPIES, LICENCE, OTHER),
        ({**LICENCE, "amount_vnd": 135_000, "count": 2, "title": "x", "law": "y"},),
        ({"code": "CHUNG_THUC_CHU_KY", "channel": "counter"},),
    ],
)
def test_what_is_kept_reads_to_the_same_facts(lines: tuple[dict[str, object], ...]):
    read = KIND.read_facts(facts(*lines, due_on="2026-10-01"))
    assert KIND.read_facts(read) == read


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("code", {"pages": 1}),
        ("pages", {"code": "CHUNG_THUC_BAN_SAO"}),
        ("pages", {**COPIES, "pages": 0}),
        ("copies", {**COPIES, "copies": 1_001}),
        ("count", {**COPIES, "count": 2}),
        ("pages", {**LICENCE, "pages": 2}),
        ("channel", {"code": "GPLX_ISSUE"}),
        ("channel", {**LICENCE, "channel": "post"}),
        ("amount_vnd", {**LICENCE, "amount_vnd": 115_000.5}),
        ("amount_vnd", {**OTHER, "amount_vnd": None}),
        ("title", {**OTHER, "title": None}),
        ("law", {**OTHER, "law": None}),
        ("count", {**OTHER, "count": 2}),
        ("discount", {**LICENCE, "discount": 1}),
    ],
)
def test_a_field_that_cannot_be_right_is_named(field: str, line: dict[str, object]):
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts(facts(line))
    assert refused.value.field == f"lines[0].{field}"


def test_a_dossier_without_lines_is_refused():
    with pytest.raises(InputRefused, match="lines"):
        KIND.read_facts(facts())
