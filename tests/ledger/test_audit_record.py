"""The bytes of an audit record, for ever."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit_record import (
    REASON_SHAPE,
    Act,
    AuditRecord,
    Doer,
    StockReason,
    canonical_bytes,
    digest_of,
    reason_of,
)
from tests.ledger.samples import audit_records

WRITTEN = """\
audit 1
os:lan
day.close
day:2026-11-21
Sao kê đến muộn, đã gọi kiểm tra
"""


def test_the_canonical_form_never_changes() -> None:
    lan = Doer(actor="os:lan", reason="Sao kê đến muộn, đã gọi kiểm tra")
    record = lan.did(Act.CLOSE_DAY, to="day:2026-11-21")
    assert canonical_bytes(record) == WRITTEN.encode()
    assert (
        digest_of(record).hex()
        == "a73a3ec21216a6e77b2cd07786761336b4da4242037fa82bb0ba7c68641282ac"
    )


@given(audit_records, audit_records)
def test_two_records_never_share_their_bytes(one: AuditRecord, other: AuditRecord) -> None:
    assert (one == other) == (canonical_bytes(one) == canonical_bytes(other))


@given(audit_records)
def test_a_record_is_five_lines(record: AuditRecord) -> None:
    form, actor, action, subject, reason, end = canonical_bytes(record).decode().split("\n")
    assert (form, end) == ("audit 1", "")
    assert AuditRecord(actor=actor, action=action, subject=subject, reason=reason) == record


@pytest.mark.parametrize(
    ("actor", "action", "subject", "reason"),
    [
        ("", "day.close", "day:1", "why"),
        (" os:lan", "day.close", "day:1", "why"),
        ("os:lan ", "day.close", "day:1", "why"),
        ("os:lan\n", "day.close", "day:1", "why"),
        ("os:Lân", "day.close", "day:1", "why"),
        ("o" * 121, "day.close", "day:1", "why"),
        ("os:lan", "", "day:1", "why"),
        ("os:lan", "day-close", "day:1", "why"),
        ("os:lan", "d" * 41, "day:1", "why"),
        ("os:lan", "day.close", "", "why"),
        ("os:lan", "day.close", "day\t1", "why"),
        ("os:lan", "day.close", "day:1", ""),
        ("os:lan", "day.close", "day:1", "w" * 501),
        ("os:lan", "day.close", "day:1", "one\ntwo"),
        ("os:lan", "day.close", "day:1", "one\u0085two"),
        ("os:lan", "day.close", "day:1", "one\u2028two"),
        ("os:lan", "day.close", "day:1", "half \ud800"),
    ],
)
def test_words_the_book_cannot_hold_are_refused(
    actor: str, action: str, subject: str, reason: str
) -> None:
    with pytest.raises(ValueError, match=r"character|action"):
        AuditRecord(actor=actor, action=action, subject=subject, reason=reason)


def test_the_longest_words_are_taken() -> None:
    record = AuditRecord(actor="a" * 120, action="a" * 40, subject="~" * 120, reason="ế" * 500)
    assert len(canonical_bytes(record)) == len(b"audit 1\n") + 121 + 41 + 121 + 1_501


@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("reason", StockReason)
def test_every_act_and_stock_reason_fits(act: Act, reason: StockReason) -> None:
    assert Doer(actor="os:lan", reason=reason).did(act, to="day:1").action == act


def test_what_was_typed_becomes_one_composed_line() -> None:
    typed = " " + unicodedata.normalize("NFD", "đã gọi\r\nkiểm tra\t") + "\x00\ud800"
    assert reason_of(typed) == "đã gọi kiểm tra"
    assert reason_of("\n \t") == ""


@given(st.text(max_size=60, alphabet=st.characters(codec=None)))
def test_whatever_is_typed_becomes_a_reason_or_nothing(typed: str) -> None:
    reason = reason_of(typed)
    assert not reason or REASON_SHAPE.fullmatch(reason)
    assert unicodedata.is_normalized("NFC", reason)
