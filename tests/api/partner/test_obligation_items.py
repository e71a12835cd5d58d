"""Bodies of the bulk doors, read item by item."""

from datetime import date

import pytest

from api.partner.obligation_examples import CHANGES, FINE, PUSH
from api.partner.obligation_items import read_changes, read_pushed, read_sent
from ledger.money import Money
from payments.errors import InputRefused
from payments.obligation_change import ChangeAct, Instalment
from payments.take_in import Unreadable


def test_what_is_pushed_is_read_as_it_was_sent():
    fine, demand = read_pushed(read_sent(PUSH, items="obligations", items_max=2))
    assert not isinstance(fine, Unreadable)
    assert not isinstance(demand, Unreadable)
    assert (fine.provider, fine.kind, fine.number) == ("csgt", "traffic_fine", "1234/QĐ-XPHC")
    assert (fine.decided_on, fine.subject) == (date(2026, 11, 10), "30A-123.45")
    assert fine.personal == FINE["personal"]
    assert (demand.decided_on, demand.subject, demand.personal) == (None, "", {})


def test_a_change_is_read_with_all_it_may_say():
    sent = {
        "authority": "csgt",
        "changes": [
            {
                "kind": "traffic_fine",
                "number": "1/QĐ",
                "act": "instalments",
                "reason": "Khó khăn",
                "document": "2/QĐ",
                "period": {"first": "2026-12-01", "last": "2026-12-31"},
                "instalments": [{"due_on": "2026-12-31", "amount_vnd": 5}],
                "successor": FINE,
            }
        ],
    }
    (change,) = read_changes(read_sent(sent, items="changes", items_max=1))
    assert not isinstance(change, Unreadable)
    assert (change.act, change.version, change.facts) == (ChangeAct.INSTALMENTS, None, None)
    assert change.period == (date(2026, 12, 1), date(2026, 12, 31))
    assert change.instalments == (Instalment(date(2026, 12, 31), Money(5)),)
    assert change.successor is not None
    assert change.successor.provider == "csgt"


def test_the_example_of_a_change_can_be_read():
    (change,) = read_changes(read_sent(CHANGES, items="changes", items_max=1))
    assert not isinstance(change, Unreadable)


def test_one_that_cannot_be_read_keeps_its_place_and_number():
    items = [FINE, {**FINE, "number": "9", "kind": 1}, "x", {**FINE, "number": 5}]
    sent = read_sent({"authority": "csgt", "obligations": items}, items="obligations", items_max=9)
    told = [each.verdict for each in read_pushed(sent) if isinstance(each, Unreadable)]
    assert [(each.number, each.field) for each in told] == [("9", "kind"), ("", ""), ("", "number")]


def test_too_many_items_are_refused_whole():
    with pytest.raises(InputRefused, match="1 to 1 entries"):
        read_sent(PUSH, items="obligations", items_max=1)
