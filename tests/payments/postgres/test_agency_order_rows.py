"""Orders as rows: kept once, never changed, and found by reference or by what they ordered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ledger.postgres.transaction import Tx
from payments.agency_order import AgencyOrder
from payments.postgres.agency_order_rows import (
    insert_order,
    order_by_reference,
    orders_of,
    settled_payments,
)
from tests.payments.owed import fine, push
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent
from tests.payments.test_place_order import AMOUNT, FINE, placed
from tests.payments.test_place_order import pay as pay_order


def order(tx: Tx, reference: str = "A", *, minutes: int = 0) -> AgencyOrder:
    (owed,) = owe(tx)
    at = NOW + timedelta(minutes=minutes)
    return AgencyOrder("DEMO01", reference, owed, AMOUNT, "Nộp phí", b"1" * 32, at)


def test_an_order_is_kept_once(tx: Tx):
    kept = order(tx)
    assert insert_order(tx, kept, said=b"s")
    assert not insert_order(tx, replace(kept, description="another"), said=b"s")
    assert order_by_reference(tx, agency="DEMO01", reference="A") == kept
    assert order_by_reference(tx, agency="DEMO02", reference="A") is None


def test_orders_of_one_obligation_come_oldest_first(tx: Tx):
    late = order(tx, "A", minutes=5)
    early = replace(late, reference="B", ordered_at=NOW)
    for one in (late, early, replace(early, agency="DEMO02")):
        insert_order(tx, one, said=b"s")
    assert orders_of(tx, late.obligation_id, agency="DEMO01") == [early, late]


def test_a_payment_settles_what_its_own_lines_say(tx: Tx):
    both = owe(tx, many=2)
    payment = opened(tx, both)
    assert settled_payments(tx, both[0]) == []
    hear(tx, heard(notice(sent(inside(tx), payment), amount=payment.amount)))
    (settled,) = settled_payments(tx, both[0])
    assert (settled.number, settled.amount, settled.paid_at) == (payment.number, AMOUNT, NOW)


@pytest.mark.parametrize(
    "change",
    ["UPDATE payments.agency_order SET amount_vnd = 1", "DELETE FROM payments.agency_order"],
)
def test_an_order_is_never_changed(owner_tx: Tx, change: str):
    insert_order(owner_tx, order(owner_tx), said=b"s")
    with pytest.raises(DBAPIError):
        owner_tx.execute(text(change))


def test_whoever_ordered_it_hears_of_it_beside_its_provider(tx: Tx):
    push(tx, fine())
    pay_order(tx, placed(tx, FINE))
    rows = tx.execute(
        text("SELECT event_id, payload ->> 'id', subscriber, sequence FROM payments.outbox")
    ).all()
    assert {(row.subscriber, row.sequence) for row in rows} == {("csgt", 1), ("DEMO01", 1)}
    assert all(row[0] == row[1] for row in rows)
    assert len({row.event_id for row in rows}) == 2
