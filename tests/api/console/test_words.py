"""Every code of the book, of reconciliation and of audit records has its words."""

from api.console.words import WORDS, word
from api.language import Language, read_speeches
from ledger.audit_record import Act, StockReason
from payments.postgres.delivery_rows import DeliveryState
from payments.postgres.unresolved_rows import UNRESOLVED
from payments.push_obligations import PushOutcome
from reconciliation.breaks import BreakKind
from reconciliation.file import FileState
from reconciliation.matching import Rule

SPEECHES = read_speeches()


def test_no_code_is_shown_bare() -> None:
    sorts = (UNRESOLVED, FileState, Rule, BreakKind, PushOutcome, DeliveryState, Act, StockReason)
    codes = [code for sort in sorts for code in sort]
    assert set(WORDS) == set(codes)
    assert len(codes) == len(set(codes)), "one code would be shown with the words of another"


def test_words_are_spoken_in_both_languages() -> None:
    assert word(SPEECHES[Language.VI], "held") == "Đã thu, đang kiểm tra"
    assert word(SPEECHES[Language.EN], "held") == "Taken, under check"
    assert word(SPEECHES[Language.VI], "something new") == "something new"
