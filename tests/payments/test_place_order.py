"""Agencies' orders: once per reference, to our own accounts, and never a second way to pay."""

from dataclasses import replace
from datetime import date

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.agency_order import AgencyOrder, Decided, Demanded, NewOrder, Refusal, Refused
from payments.obligation import ObligationStatus
from payments.place_order import place_order
from payments.postgres.obligation_rows import obligations_by_id
from payments.push_beneficiaries import push_beneficiaries
from tests.payments.owed import TREASURY, fine, push
from tests.payments.scene import KEYS, NOW, RATES, TODAY, hear, heard, inside, notice, opened, sent

AMOUNT = Money(350_000)
FILE = Demanded(
    file_number="H29.17-260311-0001",
    personal={"name": "Nguyễn Văn An", "personal_id": "001099012345"},
    facts={"amount_vnd": AMOUNT.vnd, "title": "Cấp phép", "law": "Thủ tục 1.002309"},
)
ORDER = NewOrder(
    agency="DEMO01",
    reference="dvc000120260311090000",
    digest=b"1" * 32,
    said=b"{}",
    amount=AMOUNT,
    description="THANH TOAN HO SO 0001",
    account="7111 0 1054321",
    accounts=frozenset({TREASURY.code}),
    wanted=FILE,
)
FINE = replace(
    ORDER,
    amount=Money(3_000_000),
    account="",
    wanted=Decided("0012345/QD-XPHC", date(2026, 3, 10), ("csgt",), name="Nguyễn Văn An"),
)


def place(tx: Tx, order: NewOrder) -> AgencyOrder | Refused:
    push_beneficiaries(tx, [TREASURY])
    return place_order(tx, order, keys=KEYS, rates=RATES, now=NOW, today=TODAY)


def placed(tx: Tx, order: NewOrder) -> AgencyOrder:
    kept = place(tx, order)
    assert isinstance(kept, AgencyOrder), kept
    return kept


def other(order: NewOrder, ordinal: int) -> NewOrder:
    return replace(order, reference=f"other{ordinal}", digest=bytes([ordinal]) * 32)


def asking(order: NewOrder, vnd: int) -> NewOrder:
    wanted = replace(FILE, facts={**FILE.facts, "amount_vnd": vnd})
    return replace(order, amount=Money(vnd), wanted=wanted)


def status_of(tx: Tx, order: AgencyOrder) -> ObligationStatus:
    return obligations_by_id(tx, [order.obligation_id])[order.obligation_id].status


def pay(tx: Tx, order: AgencyOrder) -> None:
    payment = opened(tx, [order.obligation_id])
    hear(tx, heard(notice(sent(inside(tx), payment), amount=order.amount)))


def test_the_same_order_again_is_the_same_order(tx: Tx):
    assert placed(tx, ORDER) == placed(tx, ORDER)


def test_a_reference_with_other_content_is_refused(tx: Tx):
    placed(tx, ORDER)
    assert place(tx, replace(ORDER, digest=b"2" * 32)) == Refused(Refusal.OTHER_CONTENT)


def test_two_references_of_one_file_are_one_obligation(tx: Tx):
    assert placed(tx, ORDER).obligation_id == placed(tx, other(ORDER, 2)).obligation_id


def test_a_changed_demand_takes_the_place_of_the_one_nobody_paid(tx: Tx):
    first, second = placed(tx, ORDER), placed(tx, asking(other(ORDER, 2), 400_000))
    assert status_of(tx, first) is ObligationStatus.WITHDRAWN
    assert status_of(tx, second) is ObligationStatus.OPEN
    back = placed(tx, other(ORDER, 3))
    assert back.obligation_id not in (first.obligation_id, second.obligation_id)
    assert status_of(tx, second) is ObligationStatus.WITHDRAWN


def test_a_demand_somebody_is_paying_is_not_replaced(tx: Tx):
    first = placed(tx, ORDER)
    sent(inside(tx), opened(tx, [first.obligation_id]))
    assert place(tx, asking(other(ORDER, 2), 400_000)) == Refused(Refusal.BEING_PAID)
    assert status_of(tx, first) is ObligationStatus.OPEN


def test_what_is_paid_is_not_ordered_twice_but_more_may_be_asked_of_its_file(tx: Tx):
    pay(tx, placed(tx, ORDER))
    assert place(tx, other(ORDER, 2)) == Refused(Refusal.PAID_ALREADY)
    more = placed(tx, asking(other(ORDER, 3), 50_000))
    assert status_of(tx, more) is ObligationStatus.OPEN


def test_an_account_that_is_not_the_agencys_own_is_refused(tx: Tx):
    for wrong in (
        replace(ORDER, account="7111.0.9999999"),
        replace(ORDER, account=""),
        replace(ORDER, accounts=frozenset({"another"})),
    ):
        assert place(tx, wrong) == Refused(Refusal.ACCOUNT_UNKNOWN)


def test_a_file_number_that_cannot_be_one_is_named(tx: Tx):
    refused = place(tx, replace(ORDER, wanted=replace(FILE, file_number="X" * 101)))
    assert isinstance(refused, Refused)
    assert refused.why is Refusal.CONTENT_REFUSED
    assert "number" in refused.reason


def test_a_fine_is_what_its_decision_says(tx: Tx):
    (known,) = push(tx, fine())
    assert placed(tx, FINE).obligation_id == known
    wrong_price = replace(FINE, reference="b", amount=Money(2_999_999))
    assert place(tx, wrong_price) == Refused(Refusal.DECISION_UNKNOWN)


def test_a_paid_fine_is_told_so(tx: Tx):
    push(tx, fine())
    pay(tx, placed(tx, FINE))
    assert place(tx, other(FINE, 2)) == Refused(Refusal.PAID_ALREADY)
    assert placed(tx, FINE).reference == FINE.reference  # Its own repeat gets its first answer.
