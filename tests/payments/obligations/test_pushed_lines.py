"""The lines of a notice or demand as an authority pushed them."""

import pytest

from ledger.money import Money
from payments.errors import InputRefused
from payments.obligations.body import Body
from payments.obligations.pushed_lines import (
    LINES_MAX,
    PUSHED_RULE,
    kept_lines,
    quoted_lines,
    read_lines,
)

LINE: dict[str, object] = {
    "title": "Lệ phí trước bạ nhà, đất",
    "amount_vnd": 12_500_000,
    "law": "Nghị định 10/2022/NĐ-CP, Điều 8",
    "budget": {"sub_item": "2801"},
}


def body(*lines: object) -> Body:
    return Body({"lines": list(lines)})


def test_lines_are_kept_as_they_were_read():
    lines = read_lines(body(LINE, {**LINE, "budget": None}))
    assert read_lines(Body({"lines": kept_lines(lines)})) == lines
    assert read_lines(Body({})) == ()


def test_each_line_keeps_its_own_words_and_its_own_codes():
    lines = read_lines(body(LINE, {**LINE, "title": "Thuế", "budget": {}}))
    quoted = quoted_lines(lines, part="land", beneficiary="a", budget={"sub_item": "1014"})
    assert [(each.part, each.label, each.amount) for each in quoted] == [
        ("land_1", "Lệ phí trước bạ nhà, đất", Money(12_500_000)),
        ("land_2", "Thuế", Money(12_500_000)),
    ]
    assert [each.budget for each in quoted] == [{"sub_item": "2801"}, {"sub_item": "1014"}]
    assert {each.rule for each in quoted} == {PUSHED_RULE}


@pytest.mark.parametrize(
    ("field", "lines"),
    [
        ("lines[0].amount_vnd", [{**LINE, "amount_vnd": 0}]),
        ("lines[0].amount_vnd", [{**LINE, "amount_vnd": 1.5}]),
        ("lines[1].title", [LINE, {**LINE, "title": " "}]),
        ("lines[0].law", [{**LINE, "law": None}]),
        ("lines[0].rate", [{**LINE, "rate": "0.005"}]),
        ("lines[0]", ["12500000"]),
        ("lines", [LINE] * (LINES_MAX + 1)),
    ],
)
def test_a_line_that_cannot_be_right_is_named(field: str, lines: list[object]):
    with pytest.raises(InputRefused) as refused:
        read_lines(body(*lines))
    assert refused.value.field == field
