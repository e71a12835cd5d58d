"""What the sandbox is filled with."""

from collections import Counter
from datetime import date

import pytest

from api.house import House
from api.sandbox import PROVIDERS, portal_day, sample_decisions
from payments.push_obligations import push_obligations

TODAY = date(2026, 11, 23)


def test_the_mix_is_the_portals_own() -> None:
    day = list(portal_day(5_000, today=TODAY, seed=1))
    kinds = Counter("fine" if each.kind == "traffic_fine" else each.provider for each in day)
    assert kinds["bhxh"] == pytest.approx(2_800, rel=1 / 20)
    assert kinds["fine"] == pytest.approx(900, rel=1 / 10)
    assert kinds["agency"] == pytest.approx(1_300, rel=1 / 10)


def test_the_same_seed_gives_the_same_day() -> None:
    once = list(portal_day(50, today=TODAY, seed=7))
    assert once == list(portal_day(50, today=TODAY, seed=7))
    assert once != list(portal_day(50, today=TODAY, seed=8))


def test_two_seeds_never_share_a_number() -> None:
    numbers = [each.number for seed in (7, 8) for each in portal_day(50, today=TODAY, seed=seed)]
    assert len(set(numbers)) == len(numbers)


def test_everything_is_taken_in_and_somebody_is_told(house: House) -> None:
    pushed = [*sample_decisions(TODAY), *portal_day(50, today=TODAY, seed=1)]
    with house.open_tx() as tx:
        verdicts = push_obligations(tx, pushed, keys=house.personal_keys, now=house.clock())
    assert {str(verdict.outcome) for verdict in verdicts} == {"new"}
    assert {each.provider for each in pushed} <= set(PROVIDERS)
