"""Change what authorities pushed, one obligation at a time and each on its own ground."""

import pytest

from ledger.postgres.transaction import Tx
from payments.change_obligations import change_obligations
from payments.errors import InputRefused
from payments.obligation_change import CHANGES_MAX, ChangeAct, ObligationChange
from tests.payments.owed import KEYS, NOW, RATES


def test_more_changes_than_the_limit_are_refused_at_once(tx: Tx):
    change = ObligationChange(
        provider="csgt",
        kind="traffic_fine",
        number="12/QĐ-XPHC",
        act=ChangeAct.CANCEL,
        reason="Hủy bỏ quyết định",
        document="15/QĐ-HB",
    )
    with pytest.raises(InputRefused):
        change_obligations(tx, [change] * (CHANGES_MAX + 1), keys=KEYS, rates=RATES, now=NOW)
