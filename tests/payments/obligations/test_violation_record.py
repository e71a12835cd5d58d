"""A violation record, on which nothing is collected."""

from datetime import date

import pytest

from payments.errors import InputRefused, NotPayable
from payments.obligations.violation_record import KIND
from tests.payments.owed import RATES, RECORD_FACTS


def test_a_record_cannot_be_paid():
    facts = KIND.read_facts(RECORD_FACTS)
    assert not KIND.is_payable
    with pytest.raises(NotPayable):
        KIND.price(facts, beneficiary="a", on=date(2026, 3, 11), rates=RATES, paid=())


def test_a_record_says_what_happened_and_who_wrote_it():
    facts = KIND.read_facts(RECORD_FACTS)
    assert KIND.title(facts) == "Chạy quá tốc độ quy định"
    assert KIND.authority(facts) == "Đội CSGT số 1"
    assert KIND.purpose(facts, "0077/BB-VPHC") == "0077/BB-VPHC"
    assert KIND.read_facts(facts) == facts == RECORD_FACTS
    assert KIND.read_facts({}) == {}
    assert (KIND.title({}), KIND.authority({})) == ("", "")


def test_a_record_with_an_amount_is_refused():
    with pytest.raises(InputRefused) as refused:
        KIND.read_facts({**RECORD_FACTS, "fine_vnd": 1})
    assert refused.value.field == "fine_vnd"
