"""Why an amount is what it is, in words."""

from datetime import date

from api.explained import explained, explained_line
from api.language import Language, read_speeches
from ledger.money import Money
from payments.explanation import read_explanation
from payments.obligations.registry import KINDS
from payments.quote import QuoteLine
from tests.payments.owed import FINE_FACTS, RATES

VI = read_speeches()[Language.VI]
EN = read_speeches()[Language.EN]


def lines(on: str, **facts: object) -> tuple[QuoteLine, ...]:
    kind = KINDS["traffic_fine"]
    read = kind.read_facts({**FINE_FACTS, **facts})
    day = date.fromisoformat(on)
    return kind.price(read, beneficiary="a", on=day, rates=RATES, paid=()).lines


def test_each_step_says_its_days_its_factors_and_its_product():
    fine, late = explained(lines("2026-03-30"), VI)
    assert (fine.label, fine.amount, fine.steps) == ("Tiền phạt", "3.000.000\u00a0đ", ())
    (step,) = late.steps
    assert step.label == "Số tiền phạt chưa nộp, 21/03/2026 – 29/03/2026"
    assert step.formula == "9 ngày × 0,05% × 3.000.000\u00a0đ"
    assert step.amount == "13.500\u00a0đ"


def test_a_stretch_of_one_day_names_it_once_and_english_counts_one_day():
    late = explained(lines("2026-03-22"), EN)[1]
    assert late.steps[0].label == "Unpaid fine, 21/03/2026"
    assert late.steps[0].formula == "1 day × 0.05% × VND\u00a03,000,000"


def test_a_text_without_translation_is_marked_as_vietnamese_in_english_only():
    violations = [{"article": "Điều 6", "text": "Vượt đèn đỏ", "amount_vnd": 3_000_000}]
    quoted = lines("2026-03-12", violations=violations)
    assert [line.steps[0].is_vietnamese for line in explained(quoted, EN)] == [True]
    assert [line.steps[0].is_vietnamese for line in explained(quoted, VI)] == [False]
    assert not explained(quoted, EN)[0].is_vietnamese


def test_grounds_of_steps_are_told_where_they_differ():
    violations = [
        {"article": "Điều 6 khoản 9", "text": "Vượt đèn đỏ", "amount_vnd": 2_000_000},
        {"article": "Điều 6 khoản 3", "text": "Không thắt dây", "amount_vnd": 1_000_000},
    ]
    fine, late = explained(lines("2026-03-30", violations=violations), VI)
    assert [step.law for step in fine.steps] == ["Điều 6 khoản 9", "Điều 6 khoản 3"]
    assert [step.law for step in late.steps] == [""]


def test_what_is_not_certain_says_so():
    broken = explained(lines("2026-03-30", fine_vnd=3_000_001), VI)[1]
    assert "chưa được cơ quan xác nhận" in broken.doubt
    assert broken.rounding.startswith("Cộng các bước")
    assert explained(lines("2026-03-30"), VI)[1].doubt == ""


def test_a_part_that_leaves_more_to_pay_says_so():
    plan = [
        {"due_on": "2026-04-10", "amount_vnd": 2_000_000},
        {"due_on": "2026-05-10", "amount_vnd": 1_000_000},
    ]
    assert explained(lines("2026-03-30", instalments=plan), VI)[0].more
    assert not explained(lines("2026-03-30"), VI)[0].more


def test_a_line_kept_before_there_were_steps_still_tells_its_days():
    kept = {
        "label": "Tiền chậm nộp phạt",
        "rule": "0,05% mỗi ngày",
        "base_vnd": 3_000_000,
        "days": 9,
        "rate": "0.0005",
        "law": "Điều 5",
        "status": "CONFIRMED-2ND",
    }
    shown = explained_line(read_explanation(kept), amount=Money(13_500), speech=VI)
    assert (shown.formula, shown.steps) == ("9 ngày × 0,05% × 3.000.000\u00a0đ", ())
    assert "nguồn dẫn lại" in shown.doubt
