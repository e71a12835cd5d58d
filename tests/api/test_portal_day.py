"""A day of the portal: its mix, and that everything in it can be pushed, priced and found."""

from collections import Counter
from datetime import date

import pytest

from api.house import House
from api.portal_day import portal_day
from api.sandbox import AUTHORITIES, BENEFICIARIES
from payments.authority import Family
from payments.found import Found
from payments.look_up import Question, look_up
from payments.obligations.rates import load_rates
from payments.obligations.registry import KINDS
from payments.push_obligations import push_obligations

TODAY = date(2026, 11, 23)
FIRST_DAYS = [TODAY, date(2026, 1, 31), date(2026, 2, 28), date(2026, 12, 31), date(2027, 1, 1)]
LEAST_VND = 5_000
"""What a gateway takes at least."""


def test_the_mix_is_the_portals_own() -> None:
    kinds = Counter(each.kind for each in portal_day(5_000, today=TODAY, seed=1))
    insurance = kinds["social_insurance"] + kinds["health_insurance"]
    assert insurance == pytest.approx(2_800, rel=1 / 20)
    assert kinds["fee"] + kinds["land_notice"] == pytest.approx(1_180, rel=1 / 10)
    assert kinds["traffic_fine"] == pytest.approx(900, rel=1 / 10)
    assert kinds["demand"] == pytest.approx(120, rel=1 / 3)
    assert set(kinds) == {code for code, kind in KINDS.items() if kind.is_payable}


def test_the_same_seed_gives_the_same_day() -> None:
    once = list(portal_day(50, today=TODAY, seed=7))
    assert once == list(portal_day(50, today=TODAY, seed=7))
    assert once != list(portal_day(50, today=TODAY, seed=8))


def test_two_seeds_never_share_a_number() -> None:
    numbers = [each.number for seed in (7, 8) for each in portal_day(50, today=TODAY, seed=seed)]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize("today", FIRST_DAYS)
def test_the_kind_of_each_says_what_it_costs(today: date) -> None:
    accounts = {account.code for account in BENEFICIARIES}
    rates = load_rates()
    for each in portal_day(300, today=today, seed=3):
        kind = KINDS[each.kind]
        assert each.beneficiary in accounts
        facts = kind.read_facts(each.facts)
        priced = kind.price(facts, beneficiary=each.beneficiary, on=today, rates=rates, paid=())
        assert sum(line.amount.vnd for line in priced.lines) >= LEAST_VND, each.number


def test_each_is_pushed_by_the_authority_it_belongs_to() -> None:
    family = {each.code: each.family for each in AUTHORITIES if each.is_in_force(TODAY)}
    pushed = {(each.kind, family[each.provider]) for each in portal_day(300, today=TODAY, seed=3)}
    assert pushed == {
        ("social_insurance", Family.SOCIAL_INSURANCE),
        ("health_insurance", Family.SOCIAL_INSURANCE),
        ("traffic_fine", Family.POLICE),
        ("fee", Family.AGENCY),
        ("demand", Family.AGENCY),
        ("land_notice", Family.TAX),
    }


@pytest.mark.parametrize("seed", [1, 99_999, 20_261_122])
def test_everything_is_taken_in_and_found_by_what_is_typed(house: House, seed: int) -> None:
    day = list(portal_day(60, today=house.today(), seed=seed))
    with house.open_tx() as tx:
        verdicts = push_obligations(tx, day, keys=house.personal_keys, now=house.clock())
        assert {str(verdict.outcome) for verdict in verdicts} == {"new"}
        for each in day:
            typed = KINDS[each.kind].typed
            found = look_up(
                tx,
                Question(
                    number=each.number if typed is None else typed(each.number),
                    decided_on=each.decided_on,
                    subject=each.subject,
                ),
                on=house.today(),
                keys=house.personal_keys,
                rates=house.rates,
            )
            assert isinstance(found, Found), each.number
            assert found.quote is not None, each.number
