"""What an authority may ask about one obligation, in the database."""

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres.report_rows import PaymentOf, changes_of, ids_of, payments_of
from tests.payments.owed import fine, push
from tests.payments.scene import opened


def test_ids_are_those_of_the_providers_asked_for(tx: Tx):
    (obligation_id,) = push(tx, fine())
    number = "0012345/QD-XPHC"
    assert ids_of(tx, {"csgt"}, kind="traffic_fine", number=number) == [obligation_id]
    assert ids_of(tx, {"bhxh"}, kind="traffic_fine", number=number) == []
    assert ids_of(tx, set(), kind="traffic_fine", number=number) == []
    assert ids_of(tx, {"csgt"}, kind="demand", number=number) == []


def test_payments_are_those_with_this_obligation_in_them(tx: Tx):
    one, other = push(tx, fine("1/QĐ"), fine("2/QĐ"))
    both = opened(tx, [one, other])
    wanted = [PaymentOf(both.number, "created", Money(3_000_000), None)]
    assert payments_of(tx, one) == payments_of(tx, other) == wanted
    assert changes_of(tx, one) == []
