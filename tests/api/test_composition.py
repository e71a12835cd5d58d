"""Builds and joins everything."""

import pytest

from api import composition
from api.house import House
from api.settings import read_settings
from gateways.errors import Misconfigured


def test_a_house_opens_the_gateways_that_are_set_up(house: House) -> None:
    assert list(house.gateways) == ["vnpay"]


def test_a_gateway_half_set_up_stops_the_start_by_name(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.gateways
    monkeypatch.delenv("VNPAY_HASH_SECRET")
    with pytest.raises(Misconfigured, match="VNPAY_HASH_SECRET"):
        composition.open_house(read_settings(), process="test")


def test_every_job_of_the_schedule_runs_on_an_empty_database(house: House) -> None:
    for job in composition.jobs_of(house):
        job.act(lambda open_tx: open_tx)


def test_a_quick_plan_gives_up_soon_on_a_dead_asker(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert house.ask_plan.lease.total_seconds() == 120
    monkeypatch.setenv("CLEARING_ASK_FIRST_S", "3")
    quick = composition.open_house(read_settings(), process="test")
    assert quick.ask_plan.lease.total_seconds() == 10
