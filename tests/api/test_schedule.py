"""The schedule: one holder at a time, the older one fenced off, a failing job due again."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from api.house import House
from api.schedule import LEASE_S, Fenced, Holder, Job, LeaseLost, run, tick
from ledger.errors import BookUnreachable


def test_the_first_to_come_holds_the_lease(house: House) -> None:
    first, second = Holder(house, "a"), Holder(house, "b")
    first.renew()
    second.renew()
    assert first.fence == 1
    assert second.fence is None


def test_another_follows_when_the_lease_ran_out(house: House) -> None:
    first = Holder(house, "a")
    first.renew()
    later = house.clock() + timedelta(seconds=LEASE_S + 1)
    second = Holder(replace(house, clock=lambda: later), "b")
    second.renew()
    assert second.fence == 2


def test_a_restart_of_the_same_slot_follows_at_once(house: House) -> None:
    Holder(house, "a").renew()
    restarted = Holder(house, "a")
    restarted.renew()
    assert restarted.fence == 2


def test_keeping_the_lease_keeps_the_number(house: House) -> None:
    holder = Holder(house, "a")
    holder.renew()
    holder.renew()
    assert holder.fence == 1


def test_giving_it_back_lets_another_in_at_once(house: House) -> None:
    first, second = Holder(house, "a"), Holder(house, "b")
    first.renew()
    first.give_back()
    second_house = replace(house, clock=lambda: house.clock() + timedelta(seconds=1))
    second.house = second_house
    second.renew()
    assert second.fence == 2


def test_f06_a_thawed_zombie_is_refused_by_its_older_number(house: House) -> None:
    frozen = Holder(house, "a")
    frozen.renew()
    open_tx = frozen.fenced(house.open_tx)
    Holder(house, "a").renew()
    with pytest.raises(LeaseLost), open_tx():
        pass


def test_the_holder_writes_under_its_fence(house: House) -> None:
    holder = Holder(house, "a")
    holder.renew()
    with holder.fenced(house.open_tx)() as tx:
        assert tx.in_transaction()


def test_without_the_lease_no_job_runs(house: House) -> None:
    ran: list[Fenced] = []
    tick(Holder(house, "a"), Job("x", ran.append, every_s=1))
    assert ran == []


def test_a_failing_job_raises_nothing(house: House) -> None:
    holder = Holder(house, "a")
    holder.renew()

    def fail(_fenced: Fenced) -> object:
        raise BookUnreachable("away")

    tick(holder, Job("x", fail, every_s=1))


def test_jobs_run_until_told_to_stop(house: House) -> None:
    ran = threading.Event()
    stop = threading.Event()

    def work(_fenced: Fenced) -> object:
        ran.set()
        stop.set()
        return None

    nightly = Job("close_days", lambda _fenced: None, every_s=3600)
    holder = Holder(house, "a")
    run(holder, [Job("x", work, every_s=1)], nightly=nightly, stop=stop)
    assert ran.is_set()
    Holder(house, "b").renew()
