"""How an order stands: paid by evidence, over only when no money can come, open otherwise."""

from dataclasses import replace
from datetime import timedelta

from gateways.contract import Outcome
from ledger.postgres.transaction import Tx
from payments.agency_order import AgencyOrder, Standing
from payments.find_order import find_order
from payments.place_order import place_order
from payments.postgres.obligation_rows import obligations_by_id
from payments.push_beneficiaries import push_beneficiaries
from tests.payments.changing import CANCEL, changed
from tests.payments.owed import TREASURY
from tests.payments.scene import KEYS, NOW, RATES, TODAY, hear, heard, inside, notice, opened, sent
from tests.payments.test_place_order import AMOUNT, ORDER


def placed(tx: Tx, reference: str = "A", *, minutes: int = 0) -> AgencyOrder:
    push_beneficiaries(tx, [TREASURY])
    now = NOW + timedelta(minutes=minutes)
    new = replace(ORDER, reference=reference)
    kept = place_order(tx, new, keys=KEYS, rates=RATES, now=now, today=TODAY)
    assert isinstance(kept, AgencyOrder), kept
    return kept


def standing(tx: Tx, order: AgencyOrder) -> Standing:
    found = find_order(tx, agency=order.agency, reference=order.reference)
    assert found is not None
    assert (found.settled is not None) == (found.standing is Standing.PAID)
    return found.standing


def take_back(tx: Tx, order: AgencyOrder) -> None:
    kept = obligations_by_id(tx, [order.obligation_id])[order.obligation_id]
    changed(tx, replace(CANCEL, provider=kept.provider, kind=kept.kind, number=kept.number_shown))


def test_an_order_of_somebody_else_is_not_found(tx: Tx):
    order = placed(tx)
    assert find_order(tx, agency="DEMO02", reference=order.reference) is None
    assert find_order(tx, agency=order.agency, reference="nothing") is None


def test_an_order_stays_open_while_nobody_knows(tx: Tx):
    order = placed(tx)
    assert standing(tx, order) is Standing.OPEN
    reference = sent(inside(tx), opened(tx, [order.obligation_id]))
    assert standing(tx, order) is Standing.OPEN
    hear(tx, heard(notice(reference, Outcome.PENDING)))
    assert standing(tx, order) is Standing.OPEN
    hear(tx, heard(notice(reference, Outcome.DECLINED)))
    assert standing(tx, order) is Standing.OPEN  # The payer may try again at the same address.


def test_an_order_is_paid_with_what_was_taken(tx: Tx):
    order = placed(tx)
    hear(tx, heard(notice(sent(inside(tx), opened(tx, [order.obligation_id])))))
    found = find_order(tx, agency=order.agency, reference=order.reference)
    assert found is not None
    assert found.settled is not None
    assert (found.settled.amount, found.settled.paid_at) == (AMOUNT, NOW)


def test_money_belongs_to_one_of_two_orders(tx: Tx):
    first, second = placed(tx, "A", minutes=-9), placed(tx, "B", minutes=-5)
    hear(tx, heard(notice(sent(inside(tx), opened(tx, [first.obligation_id])))))
    assert standing(tx, first) is Standing.OVER
    assert standing(tx, second) is Standing.PAID


def test_what_is_taken_back_is_over_once_no_gateway_may_take_it(tx: Tx):
    order = placed(tx)
    take_back(tx, order)
    assert standing(tx, order) is Standing.OVER


def test_what_is_taken_back_while_somebody_pays_is_not_over(tx: Tx):
    order = placed(tx)
    sent(inside(tx), opened(tx, [order.obligation_id]))
    take_back(tx, order)
    assert standing(tx, order) is Standing.OPEN
