"""What the sandbox is filled with."""

import re
from datetime import date

import pytest

from api.house import House
from api.sandbox import BENEFICIARIES, PROVIDERS, sample_obligations
from payments.obligations.rates import load_rates
from payments.obligations.registry import KINDS
from payments.push_obligations import push_obligations

TODAY = date(2026, 11, 23)


def test_everything_is_taken_in_and_somebody_is_told(house: House) -> None:
    pushed = sample_obligations(TODAY)
    with house.open_tx() as tx:
        verdicts = push_obligations(tx, pushed, keys=house.personal_keys, now=house.clock())
    assert {str(verdict.outcome) for verdict in verdicts} == {"new"}
    assert {each.provider for each in pushed} <= set(PROVIDERS)


def test_there_is_a_sample_of_every_kind() -> None:
    sampled = {each.kind for each in sample_obligations(TODAY)}
    assert sampled == set(KINDS) - {"demand"}


@pytest.mark.parametrize("today", [TODAY, date(2026, 1, 31), date(2026, 2, 28), date(2027, 1, 1)])
def test_every_sample_that_can_be_paid_has_a_price_on_its_first_day(today: date) -> None:
    accounts = {account.code for account in BENEFICIARIES}
    for each in sample_obligations(today):
        kind = KINDS[each.kind]
        assert each.beneficiary in accounts
        if not kind.is_payable:
            continue
        facts = kind.read_facts(each.facts)
        priced = kind.price(
            facts, beneficiary=each.beneficiary, on=today, rates=load_rates(), paid=()
        )
        assert priced.lines, each.number


def test_everything_is_found_by_signing_in_as_one_of_two_people() -> None:
    people = {each.personal["personal_id"] for each in sample_obligations(TODAY)}
    assert len(people) == 2
    assert all(re.fullmatch("[0-9]{12}", one) for one in people)
