"""What people type about refunds."""

from datetime import date

import pytest

from api.console.refund_typed import (
    TypedWrong,
    day_typed,
    reason_typed,
    sum_typed,
    text_typed,
)
from api.language import Language, read_speeches
from ledger.money import Money

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize("text", ["750000", "750.000", "750,000", "750 000", " 750000 "])
def test_an_amount_is_read_as_people_write_it(text: str) -> None:
    assert sum_typed(text, field="amount") == Money(750_000)


@pytest.mark.parametrize("text", ["", "0", "-5", "7,5", "7.50.000", "1e3", "٣", "9" * 16, "1.5đ"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(TypedWrong) as caught:
        sum_typed(text, field="amount")
    assert list(caught.value.in_words(read_speeches()[Language.VI])) == ["amount"]


def test_a_day_is_today_at_the_latest() -> None:
    assert day_typed("23/11/2026", field="paid_on", today=TODAY) == TODAY
    for wrong in ("", "24/11/2026", "31/02/2026", "hôm qua"):
        with pytest.raises(TypedWrong):
            day_typed(wrong, field="paid_on", today=TODAY)


def test_words_are_wanted_and_not_too_many() -> None:
    assert reason_typed(" vì\nnộp hai lần ") == "vì nộp hai lần"
    assert text_typed("15/QĐ", field="decision") == "15/QĐ"
    for wrong in ("", " \n ", "x" * 501):
        with pytest.raises(TypedWrong):
            reason_typed(wrong)
        with pytest.raises(TypedWrong):
            text_typed(wrong, field="decision")
