"""What was found is shown on pages, and never in a log by accident."""

from dataclasses import replace

from ledger.postgres.transaction import Tx
from payments.found import Sight
from payments.show_obligations import show_obligations
from tests.payments.owed import KEYS, RATES, TODAY, fine, push


def test_a_text_of_it_names_nobody(tx: Tx):
    (found,) = show_obligations(tx, push(tx, fine()), on=TODAY, keys=KEYS, rates=RATES)
    own = replace(found, sight=Sight.OWN, who="Nguyễn Văn An", plate="59A-123.21")
    assert "Nguyễn" not in repr(own)
    assert "59A" not in repr(own)
