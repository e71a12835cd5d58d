"""What is due today."""

from datetime import date

import pytest

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import NotFound, NotPayable
from payments.price_obligations import price_obligations
from tests.payments.owed import RATES, TODAY, demand, fine, push, record
from tests.payments.scene import hear, heard, inside, notice, opened, sent


def test_quotes_come_in_the_order_asked_for(tx: Tx):
    first, second = push(tx, fine(), demand())
    for wanted in ([first, second], [second, first], [first, first]):
        quotes = price_obligations(tx, wanted, on=TODAY, rates=RATES)
        assert [quote.obligation_id for quote in quotes] == wanted


def test_the_price_is_the_one_of_the_day(tx: Tx):
    (obligation_id,) = push(tx, fine())
    totals = [
        price_obligations(tx, [obligation_id], on=day, rates=RATES)[0].total
        for day in (date(2026, 3, 20), date(2026, 3, 21), date(2026, 3, 30))
    ]
    assert totals == [Money(3_000_000), Money(3_000_000), Money(3_013_500)]


def test_an_unknown_id_is_not_found(tx: Tx):
    (obligation_id,) = push(tx, demand())
    with pytest.raises(NotFound):
        price_obligations(tx, [obligation_id, obligation_id + 1], on=TODAY, rates=RATES)


def test_nothing_asked_is_nothing_priced(tx: Tx):
    assert price_obligations(tx, [], on=TODAY, rates=RATES) == []


def test_what_is_paid_is_not_priced_again(tx: Tx):
    ids = push(tx, demand())
    payment = opened(tx, ids)
    reference = sent(inside(tx), payment)
    hear(tx, heard(notice(reference, amount=payment.amount)))
    with pytest.raises(NotPayable, match="paid"):
        price_obligations(tx, ids, on=TODAY, rates=RATES)


def test_a_violation_record_has_no_price(tx: Tx):
    with pytest.raises(NotPayable, match="decision"):
        price_obligations(tx, push(tx, record()), on=TODAY, rates=RATES)
