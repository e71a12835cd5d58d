"""Payers are told what becomes of money for what an authority changed, in both languages."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.language import Language, read_speeches
from api.later_words import if_still_paid, refund_words, since_paid
from ledger.money import ZERO, Money
from payments.later import DueBack, Later, Turn
from payments.payment import Payment, PaymentLine
from payments.states import PaymentState

VI, EN = (read_speeches()[language] for language in Language)
AT = datetime(2026, 3, 11, 5, tzinfo=UTC)
LINE = PaymentLine(1, 1, "fine", Money(3_000_000), "kbnn-0011", {}, {})
PAYMENT = Payment(
    payment_id=1,
    number="NP7K3M9QWX4T",
    state=PaymentState.PENDING,
    version=1,
    amount=LINE.amount,
    priced_on=date(2026, 3, 11),
    language="vi",
    client="citizen",
    created_at=AT,
    expires_at=AT,
    paid_at=None,
    lines=(LINE,),
)
CANCELLED = Later("8/QĐ-XPHC", Turn.CANCELLED, AT, is_open=False, due_back=None)
BACK = DueBack(Money(3_000_000), Money(2_000_000), AT)


def test_who_still_pays_what_was_cancelled_gets_all_of_it_back():
    (vietnamese,) = if_still_paid(PAYMENT, [CANCELLED], VI)
    assert "toàn bộ số tiền được ghi sổ để hoàn lại" in vietnamese
    (english,) = if_still_paid(PAYMENT, [CANCELLED], EN)
    assert english.startswith("No. 8/QĐ-XPHC was cancelled by the authority. Please do not pay")
    several = replace(PAYMENT, lines=(LINE, replace(LINE, obligation_id=2)))
    assert "the others are paid" in if_still_paid(several, [CANCELLED], EN)[0]


def test_money_for_what_was_replaced_or_corrected_counts():
    replaced = replace(CANCELLED, turn=Turn.REPLACED)
    corrected = replace(CANCELLED, turn=Turn.CORRECTED)
    said = if_still_paid(PAYMENT, [corrected, replaced], EN)
    assert "counts for the new decision" in said[0]
    assert "the amount you were shown is accepted" in said[1]


@pytest.mark.parametrize("state", [PaymentState.HELD, PaymentState.PAID, PaymentState.OVERPAID])
def test_nothing_is_said_of_paying_once_the_money_is_there(state: PaymentState):
    assert if_still_paid(replace(PAYMENT, state=state), [CANCELLED], VI) == []


def test_what_is_due_back_is_told_with_both_sums():
    told = since_paid(replace(CANCELLED, due_back=BACK), VI).replace("\u00a0", " ")
    assert told == (
        "Cơ quan đã hủy khoản số 8/QĐ-XPHC (12:00, 11/03/2026)."
        " Phải hoàn lại 1.000.000 đ: đã nộp 3.000.000 đ, chỉ phải nộp 2.000.000 đ."
    )
    all_of_it = refund_words(replace(BACK, due=ZERO), EN).replace("\u00a0", " ")
    assert (
        all_of_it == "A refund of VND 3,000,000 is due: VND 3,000,000 was paid, only VND 0 is owed."
    )


def test_what_went_back_is_due_no_more():
    whole = refund_words(replace(BACK, went_back=Money(1_000_000)), VI).replace("\u00a0", " ")
    assert whole == "Đã hoàn lại đủ 1.000.000 đ: đã nộp 3.000.000 đ, chỉ phải nộp 2.000.000 đ."
    part = refund_words(replace(BACK, went_back=Money(400_000)), EN).replace("\u00a0", " ")
    assert part == (
        "A refund of VND 600,000 is still due: VND 400,000 of VND 1,000,000 went back already."
    )


def test_what_is_open_again_is_told():
    reopened = replace(CANCELLED, turn=Turn.CORRECTED, at=None, is_open=True)
    assert since_paid(reopened, EN) == (
        "No. 8/QĐ-XPHC was corrected by the authority."
        " More is left to pay; please look it up again."
    )
