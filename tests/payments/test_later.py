"""What became of what somebody pays."""

from datetime import UTC, datetime

from ledger.money import Money
from payments.later import DueBack, Later, Turn, is_gone

AT = datetime(2026, 3, 11, tzinfo=UTC)


def test_what_is_due_back_is_what_was_paid_beyond_what_is_due():
    assert DueBack(Money(3), Money(1), AT).amount == Money(2)


def test_who_pays_what_was_only_corrected_may_go_on():
    each = {turn: Later("1", turn, AT, is_open=False, due_back=None) for turn in Turn}
    assert not is_gone(())
    assert not is_gone((each[Turn.CORRECTED],))
    assert is_gone((each[Turn.CORRECTED], each[Turn.CANCELLED]))
    assert is_gone((each[Turn.REPLACED],))
