"""What the program wrote by itself about a refund is told in the reader's words."""

from dataclasses import replace

import pytest

from api.console.refund_words import DECIDED, document_words, outcome_words, reason_words
from api.language import Language, read_speeches
from payments.obligation_change import ChangeAct
from payments.refund import SYSTEM, RefundCause
from tests.payments.test_refund import REFUND

VI, EN = (read_speeches()[language] for language in (Language.VI, Language.EN))
BY_ITSELF = replace(REFUND, proposed_by=SYSTEM, cause=RefundCause.AMOUNT_DIFFERS)


@pytest.mark.parametrize(
    ("reason", "vietnamese", "english"),
    [
        (
            "parked: vnpay transaction 15000004",
            "Lệch số tiền: giao dịch 15000004 ở vnpay",
            "Amount differs: transaction 15000004 at vnpay",
        ),
        (
            "less is due than was paid",
            "Số phải nộp nay ít hơn số đã nộp",
            "Less is due by now than was paid",
        ),
        (
            "RFNLP3E4G6T3 did not go through vnpay: no_answer",
            "Khoản hoàn RFNLP3E4G6T3 không thành công qua vnpay: Đơn vị thanh toán không trả lời",
            "Refund RFNLP3E4G6T3 did not go through vnpay: The gateway gave no answer",
        ),
        ("Người nộp gọi 1800", "Người nộp gọi 1800", "Người nộp gọi 1800"),
    ],
)
def test_a_reason_nobody_typed_is_told_by_its_cause(
    reason: str, vietnamese: str, english: str
) -> None:
    refund = replace(BY_ITSELF, reason=reason)
    assert reason_words(VI, refund) == vietnamese
    assert reason_words(EN, refund) == english


def test_what_a_person_typed_stays_as_it_is() -> None:
    typed = replace(
        REFUND,
        proposed_by="staff:lan",
        reason="less is due than was paid",
        document="cancel:77/QĐ-HB",
    )
    assert (reason_words(VI, typed), document_words(VI, typed)) == (typed.reason, typed.document)


def test_a_document_says_what_was_decided_there() -> None:
    assert document_words(VI, replace(BY_ITSELF, document="cancel:77/QĐ-HB")) == (
        "Hủy theo văn bản 77/QĐ-HB"
    )
    assert document_words(VI, replace(BY_ITSELF, document="12:5")) == "12:5"
    assert document_words(VI, replace(BY_ITSELF, document="")) == ""
    assert set(DECIDED) >= set(ChangeAct)


def test_the_last_word_is_told_and_a_gateways_code_kept() -> None:
    assert outcome_words(VI, "rejected:staff:ketoan2") == "bởi staff:ketoan2"
    assert outcome_words(EN, "rejected:staff:ketoan2") == "by staff:ketoan2"
    assert outcome_words(VI, "not_due") == "Nay không còn phải hoàn nhiều như vậy"
    assert outcome_words(VI, "99/02") == "99/02"
