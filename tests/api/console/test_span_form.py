"""Three fields that ask the book, and what is said when they cannot."""

import pytest
from sqlalchemy import text

from api.console.span_form import SpanForm, ask, query_of
from ledger.exports.journal import Span
from ledger.postgres import recorded
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx, Tx
from tests.ledger.samples import DAY, NEXT_DAY, NOW, capture


def question(_tx: Tx, span: Span) -> Span:
    return span


def test_empty_fields_ask_for_everything_until_now(open_tx: OpenTx) -> None:
    found = ask(open_tx, SpanForm("", "", ""), question)
    assert (found.status, found.errors) == (200, {})
    assert found.span is not None
    assert found.span is found.told
    assert (found.span.first, found.span.last) == (None, None)


def test_an_address_asks_for_the_same_span(open_tx: OpenTx) -> None:
    instant = "2026-11-20T08:00:00.000000+07:00"
    found = ask(open_tx, SpanForm("2026-11-20", "2026-11-21", instant), question)
    assert found.span is not None
    assert (found.span.first, found.span.last) == (DAY, NEXT_DAY)
    assert query_of(found.span) == (
        "first=2026-11-20&last=2026-11-21&recorded_by=2026-11-20T08%3A00%3A00.000000%2B07%3A00"
    )
    assert query_of(Span(None, None, NOW)).startswith("first=&last=&recorded_by=")


def test_every_wrong_field_is_named_at_once() -> None:
    assert SpanForm("a", "b", "c").wrong().keys() == {"first", "last", "recorded_by"}
    assert len(set(SpanForm("a", "b", "c").wrong().values())) == 3
    assert SpanForm("2026-11-21", "2026-11-20", "").wrong().keys() == {"last"}
    assert SpanForm("2026-11-20", "2026-11-20", "2026-11-20T00:00:00Z").wrong() == {}


def test_a_book_that_is_being_written_for_long_asks_for_patience(
    open_tx: OpenTx, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "LOOKS_MAX", 1)
    with open_tx() as posting:
        post_entries(posting, [capture(1)])
        with open_tx() as tx:
            now = tx.execute(text("SELECT clock_timestamp()")).scalar_one()
        found = ask(open_tx, SpanForm("", "", now.isoformat()), question)
    assert (found.status, found.told) == (503, None)
    assert "đang được ghi" in found.errors["recorded_by"]
