"""What an authority changes about what it pushed, and what became of it."""

from payments.obligation_change import ChangeAct, ObligationChange


def test_what_a_change_does_not_name_stays_as_it_is():
    change = ObligationChange(
        provider="csgt",
        kind="traffic_fine",
        number="12/QĐ-XPHC",
        act=ChangeAct.CANCEL,
        reason="Hủy bỏ quyết định",
        document="15/QĐ-HB",
    )
    kept = (change.facts, change.personal, change.subject, change.decided_on, change.beneficiary)
    assert set(kept) == {None}
