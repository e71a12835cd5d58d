"""Stored words read again: what is believed, and what can no longer be read."""

from datetime import UTC, datetime

from gateways.contract import Notice, Outcome, RawRequest
from gateways.vnpay import Vnpay
from ledger.postgres.transaction import Tx
from payments.evidence import EvidenceKind
from reconciliation.postgres.proof_word_rows import Word
from reconciliation.proofs.contract import Means
from reconciliation.proofs.rereading import Rereading
from tests.gateways.vnpay_samples import callback
from tests.reconciliation.samples import MERCHANT

NOW = datetime(2026, 3, 11, tzinfo=UTC)


def test_a_genuine_callback_says_what_it_said(book_tx: Tx, gateway: Vnpay):
    raw = callback(TmnCode=MERCHANT)
    notice = Rereading({"vnpay": gateway}).notice(book_tx, _word(EvidenceKind.CALLBACK, raw))
    assert isinstance(notice, Notice)
    assert (notice.reference, notice.outcome) == ("P1", Outcome.PAID)


def test_an_answer_to_starting_an_order_is_no_word_on_money(book_tx: Tx, gateway: Vnpay):
    read = Rereading({"vnpay": gateway}).notice(
        book_tx, _word(EvidenceKind.ANSWER, _raw(path="start"))
    )
    assert read == "an answer, but not to a question"


def test_an_answer_about_no_order_of_ours_is_not_read(book_tx: Tx, gateway: Vnpay):
    read = Rereading({"vnpay": gateway}).notice(
        book_tx, _word(EvidenceKind.ANSWER, _raw(path="ask"))
    )
    assert read == "an answer about no order of ours"


def test_every_line_of_a_report_is_found_by_its_place(book_tx: Tx, means: Means):
    rereading = Rereading(means.gateways)
    digest = _digest(book_tx, "report-11.csv")
    notices = [rereading.notice(book_tx, _line(f"vnpay/{digest}/{number}")) for number in range(20)]
    references = [notice.reference for notice in notices if isinstance(notice, Notice)]
    assert sorted(references) == [
        *("ASKED-1", "BOTH-1", "EARLY-1", "OTHER-1", "PAID-1"),
        *("PAID-2", "PAID-3", "SILENT-1", "TWICE-1", "TWICE-2"),
    ]


def test_a_line_no_report_holds_says_nothing(book_tx: Tx, means: Means):
    rereading = Rereading(means.gateways)
    digest = _digest(book_tx, "report-11.csv")
    statement = _digest(book_tx, "statement-11.sta")
    for path, why in (
        (f"vnpay/{digest}/99", f"file vnpay/{digest}/99 holds no such line"),
        (f"vnpay/{'0' * 64}/1", f"there is no file vnpay/{'0' * 64}/1"),
        (f"treasury/{statement}/1", f"file treasury/{statement}/1 is not one of vnpay"),
    ):
        assert rereading.notice(book_tx, _line(path)) == why
    assert rereading.notice(book_tx, _line("somewhere")) == "'somewhere' names no line of a file"


def _digest(tx: Tx, name: str) -> str:
    found = tx.exec_driver_sql(
        "SELECT encode(sha256, 'hex') FROM reconciliation.file WHERE name = %(name)s",
        {"name": name},
    )
    return str(found.scalar_one())


def _line(path: str) -> Word:
    return _word(EvidenceKind.REPORT_LINE, _raw(path=path))


def _word(kind: EvidenceKind, raw: RawRequest) -> Word:
    return Word(gateway="vnpay", kind=kind, raw=raw, prepared=None)


def _raw(*, path: str) -> RawRequest:
    return RawRequest(method="", path=path, query=b"", headers=(), body=b"", peer="")
