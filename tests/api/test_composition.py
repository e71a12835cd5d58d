"""Builds and joins everything."""

import pytest

from api import composition
from api.composition import LOOK, Role
from api.house import House
from api.settings import SettingsWrong, read_settings
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


def test_a_process_cannot_speak_as_a_role_it_is_not_given(house: House) -> None:
    looking = composition.open_house(house.settings, process="prove", roles=LOOK)
    for open_tx in (looking.open_tx, looking.open_recon_tx, looking.open_report_tx):
        with pytest.raises(AssertionError, match="prove does not speak as"), open_tx():
            pass


@pytest.mark.parametrize("role", Role)
def test_the_address_of_a_role_that_is_missing_is_named(house: House, role: Role) -> None:
    without = house.settings.model_copy(update={role.value: ""})
    composition.open_house(without, process="test", roles=set(Role) - {role})
    with pytest.raises(SettingsWrong, match=f"CLEARING_{role.value.upper()}: test needs it"):
        composition.open_house(without, process="test", roles=[role])
