"""A paper's code leads to the newest decision, and never to somebody else's."""

from dataclasses import replace
from datetime import date

from ledger.postgres.transaction import Tx
from payments.change_obligations import change_obligations
from payments.follow_paper import follow_paper
from payments.found import Found
from payments.look_up import NoDecisionYet, NoMatch, Question, look_up
from payments.obligation import ObligationStatus
from payments.obligation_change import ChangeAct, ChangeOutcome, ObligationChange
from payments.postgres.obligation_rows import obligations_by_id
from tests.payments.owed import KEYS, NOW, RATES, TODAY, fine, push, record

OLD, NEW = "0012345/QĐ-XPHC", "77/QĐ-XPHC"


def _follow(tx: Tx, number: str = OLD, kind: str = "traffic_fine") -> int | None:
    return follow_paper(tx, provider="csgt", kind=kind, number=number, keys=KEYS)


def _replaced(tx: Tx, *, new_plate: str) -> tuple[int, int]:
    """Keep a decision and let another take its place; return both ids."""
    (old,) = push(tx, fine(OLD))
    newer = replace(
        fine(NEW), subject=new_plate, personal={"name": "Nguyễn Văn An", "plate": new_plate}
    )
    superseding = ObligationChange(
        provider="csgt",
        kind="traffic_fine",
        number=OLD,
        act=ChangeAct.SUPERSEDE,
        reason="Ban hành quyết định mới",
        document="88/QĐ-TĐ",
        successor=newer,
    )
    (verdict,) = change_obligations(tx, [superseding], keys=KEYS, rates=RATES, now=NOW)
    assert verdict.outcome is ChangeOutcome.CHANGED, verdict
    return old, obligations_by_id(tx, [old])[old].successor_id or 0


def test_a_paper_leads_to_its_decision_in_any_spelling(tx: Tx):
    (owed,) = push(tx, fine())
    assert (_follow(tx), _follow(tx, " 0012345/qd-xphc")) == (owed, owed)


def test_what_is_not_there_leads_nowhere(tx: Tx):
    push(tx, record())
    assert _follow(tx) is None
    assert _follow(tx, kind="nonsense") is None
    assert _follow(tx, number="0077/BB-VPHC", kind="violation_record") is None


def test_an_old_paper_leads_to_the_new_decision_of_the_same_plate(tx: Tx):
    _, new = _replaced(tx, new_plate="59A-123.21")
    assert _follow(tx) == new
    answer = _look_up(tx, OLD)
    assert isinstance(answer, Found)
    assert (answer.obligation_id, answer.number, answer.replaces) == (new, NEW, (OLD,))


def test_an_old_paper_does_not_open_the_new_decision_of_somebody_else(tx: Tx):
    old, _ = _replaced(tx, new_plate="30A-999.99")
    assert _follow(tx) == old
    answer = _look_up(tx, OLD)
    assert isinstance(answer, Found)
    assert (answer.obligation_id, answer.quote) == (old, None)
    assert answer.status is ObligationStatus.SUPERSEDED


def test_a_record_leads_to_the_decision_that_followed(tx: Tx):
    push(tx, record("0077/BB-VPHC"))
    (owed,) = push(tx, fine(record_number="0077/BB-VPHC"))
    assert _follow(tx, number="0077/BB-VPHC", kind="violation_record") is None
    question = Question("0077/BB-VPHC", decided_on=date(2026, 3, 1), subject="59A-123.21")
    answer = look_up(tx, question, on=TODAY, keys=KEYS, rates=RATES)
    assert isinstance(answer, Found)
    assert (answer.obligation_id, answer.replaces) == (owed, ())
    assert answer.record_number == "0077/BB-VPHC"
    wrong = replace(question, subject="59A-123.22")
    assert isinstance(look_up(tx, wrong, on=TODAY, keys=KEYS, rates=RATES), NoMatch)


def _look_up(tx: Tx, number: str) -> Found | NoDecisionYet | NoMatch:
    question = Question(number=number, decided_on=date(2026, 3, 10), subject="59A-123.21")
    return look_up(tx, question, on=TODAY, keys=KEYS, rates=RATES)
