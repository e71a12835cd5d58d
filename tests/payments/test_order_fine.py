"""A fine that an agency orders: all its facts are right, or nothing is said of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.agency_order import Decided, NewOrder, Refusal, Refused
from payments.order_fine import order_fine
from payments.place_order import place_order
from tests.payments.changing import CANCEL, changed
from tests.payments.owed import fine, push
from tests.payments.scene import KEYS, NOW, RATES, TODAY, hear, heard, inside, notice, opened, sent
from tests.payments.test_place_order import FINE

DECIDED = Decided("0012345/QD-XPHC", date(2026, 3, 10), ("csgt",), digits="2345")
UNKNOWN = Refused(Refusal.DECISION_UNKNOWN)
PERSON: Mapping[str, str] = {
    "name": "Nguyễn Văn An",
    "plate": "59A-123.21",
    "personal_id": "001099012345",
}


def kept(tx: Tx) -> int:
    (known,) = push(tx, replace(fine(), personal=PERSON))
    return known


def order(tx: Tx, wanted: Decided = DECIDED, *, new: NewOrder = FINE) -> int | Refused:
    return order_fine(tx, new, wanted, keys=KEYS, rates=RATES, today=TODAY)


@pytest.mark.parametrize(
    "person",
    [
        {"digits": "2345"},
        {"name": "NGUYỄN  VĂN AN"},
        {"name": "nguye\u0302\u0303n va\u0306n an"},
        {"digits": "9999", "name": "Nguyễn Văn An"},
    ],
)
def test_a_fine_is_ordered_by_its_decision_and_the_person(tx: Tx, person: Mapping[str, str]):
    known = kept(tx)
    assert order(tx, replace(DECIDED, **{"digits": "", **person})) == known  # pyright: ignore[reportArgumentType] (fields by name)


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "0099999/QD-XPHC"},
        {"decided_on": date(2026, 3, 9)},
        {"providers": ("inspectorate",)},
        {"digits": "2346"},
        {"digits": ""},
        {"digits": "", "name": "Nguyen Van An"},
        {"digits": "", "name": "Nguyễn Văn Ân"},
    ],
)
def test_whatever_is_wrong_is_one_answer(tx: Tx, wrong: Mapping[str, object]):
    kept(tx)
    assert order(tx, replace(DECIDED, **wrong)) == UNKNOWN  # pyright: ignore[reportArgumentType] (fields by name)


@pytest.mark.parametrize("vnd", [1, 2_999_999, 3_000_001])
def test_another_amount_says_no_more_than_an_unknown_number(tx: Tx, vnd: int):
    kept(tx)
    assert order(tx, new=replace(FINE, amount=Money(vnd))) == UNKNOWN


def test_a_person_nobody_named_is_matched_by_nothing(tx: Tx):
    push(tx, replace(fine(), personal={}))
    assert order(tx, replace(DECIDED, digits="", name="")) == UNKNOWN


def test_an_account_that_is_not_the_fines_own_is_refused(tx: Tx):
    kept(tx)
    told = order(tx, new=replace(FINE, account="7111.0.9999999"))
    assert told == Refused(Refusal.ACCOUNT_UNKNOWN)


def test_what_somebody_else_paid_is_unknown_and_what_was_ordered_is_paid(tx: Tx):
    known = kept(tx)
    placed = place_order(
        tx, replace(FINE, wanted=DECIDED), keys=KEYS, rates=RATES, now=NOW, today=TODAY
    )
    assert not isinstance(placed, Refused)
    hear(tx, heard(notice(sent(inside(tx), opened(tx, [known])), amount=FINE.amount)))
    assert order(tx) == Refused(Refusal.PAID_ALREADY)
    assert order(tx, new=replace(FINE, agency="DEMO02")) == UNKNOWN
    assert order(tx, replace(DECIDED, digits="2346")) == UNKNOWN


def test_a_fine_without_a_price_or_taken_back_is_unknown(tx: Tx):
    long_ago = date(2000, 1, 3)
    old = fine("0000001/QĐ-XPHC", issued_on="2000-01-03", received_on="2000-01-03")
    push(tx, replace(old, decided_on=long_ago, personal=PERSON))
    assert order(tx, replace(DECIDED, number="0000001/QD-XPHC", decided_on=long_ago)) == UNKNOWN
    kept(tx)
    changed(tx, CANCEL)
    assert order(tx) == UNKNOWN
