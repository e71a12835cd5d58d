"""What may still go back."""

from datetime import UTC, datetime

from ledger.money import Money
from payments.refund import RefundCause
from payments.returnable import Choice, Returnable

AT = datetime(2026, 11, 23, tzinfo=UTC)


def test_all_choices_come_to_the_amount_that_may_go_back() -> None:
    choices = tuple(
        Choice(capture_id, None, RefundCause.DUPLICATE, Money(vnd), "T1", AT)
        for capture_id, vnd in ((1, 5_000), (2, 7_000))
    )
    assert Returnable(choices, Money(9)).amount == Money(12_000)
    assert Returnable().amount == Money(0)
