"""The reason of an amount as a payment and its proof keep it."""

import json
from datetime import date

import pytest

from ledger.money import Money
from payments.explanation import Explanation, explanation_of, read_explanation
from payments.quote import QuoteLine, QuoteStep, Unit

PLAIN = QuoteLine(
    part="fine",
    label="Tiền phạt",
    rule="Số tiền ghi trong quyết định",
    amount=Money(3_000_000),
    base=Money(3_000_000),
    days=0,
    rate="",
    law="Điều 78",
    status="CONFIRMED",
    beneficiary="KB0111",
    budget={},
)
WITH_STEPS = QuoteLine(
    part="late_surcharge",
    label="Tiền chậm nộp phạt",
    rule="0,05% mỗi ngày",
    amount=Money(13_500),
    base=Money(3_000_000),
    days=9,
    rate="0.0005",
    law="Điều 5",
    status="UNCONFIRMED",
    beneficiary="KB0111",
    budget={},
    steps=(
        QuoteStep(
            label="Trên số tiền phạt chưa nộp",
            amount=Money(13_500),
            base=Money(3_000_000),
            count=9,
            unit=Unit.DAY,
            rate="0.0005",
            law="Điều 5 khoản 1",
            status="CONFIRMED-2ND",
            first=date(2026, 3, 21),
            last=date(2026, 3, 29),
        ),
        QuoteStep(label="Nhà nước chịu", amount=Money(-10), base=Money(10)),
    ),
    rounding="Làm tròn một lần đến đồng",
    leaves_open=True,
)


@pytest.mark.parametrize("line", [PLAIN, WITH_STEPS])
def test_what_is_kept_as_json_reads_back_as_it_was_quoted(line: QuoteLine):
    kept = json.loads(json.dumps(explanation_of(line)))
    assert read_explanation(kept) == Explanation(
        label=line.label,
        rule=line.rule,
        base=line.base,
        days=line.days,
        rate=line.rate,
        law=line.law,
        status=line.status,
        steps=line.steps,
        rounding=line.rounding,
        leaves_open=line.leaves_open,
    )


def test_a_line_without_steps_is_kept_as_it_always_was():
    assert explanation_of(PLAIN) == {
        "label": "Tiền phạt",
        "rule": "Số tiền ghi trong quyết định",
        "base_vnd": 3_000_000,
        "days": 0,
        "rate": "",
        "law": "Điều 78",
        "status": "CONFIRMED",
    }
