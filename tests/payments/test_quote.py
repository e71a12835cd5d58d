"""What is due on one day."""

from datetime import date

from ledger.money import ZERO, Money
from payments.quote import Quote, QuoteLine


def line(vnd: int) -> QuoteLine:
    return QuoteLine(
        part="fine",
        label="Tiền phạt",
        rule="",
        amount=Money(vnd),
        base=Money(vnd),
        days=0,
        rate="",
        law="",
        status="CONFIRMED",
        beneficiary="kbnn-0011",
        budget={},
    )


def test_the_total_is_the_sum_of_the_lines():
    quote = Quote(
        obligation_id=1,
        kind="traffic_fine",
        number="1/QĐ-XPHC",
        priced_on=date(2026, 3, 30),
        deadline=None,
        lines=(line(3_000_000), line(13_500)),
    )
    assert quote.total == Money(3_013_500)


def test_nothing_due_is_a_total_of_nothing():
    empty = Quote(1, "demand", "1", date(2026, 3, 30), None, ())
    assert empty.total == ZERO
