"""Every code of the book, of reconciliation and of audit records has its words."""

from api.console.words import WORDS, word
from api.language import Language, read_speeches
from ledger.audit_record import Act, StockReason
from payments.capture import Movement
from payments.postgres.delivery_rows import DeliveryState
from payments.postgres.unresolved_rows import UNRESOLVED
from payments.push_obligations import PushOutcome
from reconciliation.breaks import BreakKind
from reconciliation.file import FileState
from reconciliation.matching import Rule

SPEECHES = read_speeches()


def test_no_code_is_shown_bare() -> None:
    book = {*UNRESOLVED, *Movement, *FileState, *Rule, *BreakKind}
    pushed = {*PushOutcome, *DeliveryState}
    assert set(WORDS) == book | pushed | {*Act, *StockReason}


def test_words_are_spoken_in_both_languages() -> None:
    assert word(SPEECHES[Language.VI], "captured") == "Đã thu"
    assert word(SPEECHES[Language.EN], "captured") == "Captured"
    assert word(SPEECHES[Language.VI], "something new") == "something new"
