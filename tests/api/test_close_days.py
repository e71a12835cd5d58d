"""Closing days: the sandbox's files in, the day matched and closed, or what stands in the way."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api import commands
from api.close_days import close_due_days, close_open_days, why_not_tried
from api.far_side import Sandbox
from api.house import House
from api.sandbox import sample_decisions
from api.start_payment import open_for, send
from ledger.audit_record import Act, Doer
from ledger.postgres.audit_rows import newest
from ledger.postgres.days import closed_days
from payments.ask_gateway import ask_gateway
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from payments.states import PaymentState
from reconciliation.close_day import DayBlocked, DayClosed
from tests.api.conftest import NOON
from tests.gateways.simulators.far_side import FarSide, far_side, stopped_clock

DAY = date(2026, 11, 23)
AFTERNOON = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
EVENING = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LONG_AFTER = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Paid:
    """A house in which the sample fines were paid on a Monday, and the far side that took them."""

    house: House
    far: FarSide

    def send_files(self) -> None:
        """Have the far sides drop the day's files."""
        Sandbox(self.far.client, "").send_files(DAY, now=LONG_AFTER)

    def at(self, now: datetime) -> House:
        """Return the house at another time."""
        return replace(self.house, clock=lambda: now)


@pytest.fixture
def paid(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Paid]:
    """Give a house that heard of its money only by asking."""
    stopped_clock(monkeypatch, house.clock())
    with far_side(tmp_path) as far:
        settings = house.settings.model_copy(update={"inbox": far.drop})
        house = replace(house, settings=settings, gateways={"vnpay": far.gateway})
        for fine in sample_decisions(DAY):
            with house.open_tx() as tx:
                (pushed,) = push_obligations(
                    tx, [fine], keys=house.personal_keys, now=house.clock()
                )
                assert pushed.obligation_id is not None
                payment = open_for(
                    tx,
                    house,
                    obligation_ids=[pushed.obligation_id],
                    shown=None,
                    language="vi",
                    client="test",
                )
            action = send(house, payment, gateway_code="vnpay", payer_address="127.0.0.1")
            Sandbox(far.client, "").pay(action.url)
        ask_gateway(
            house.open_tx,
            house.gateways,
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=AFTERNOON,
            limit_max=10,
            plan=house.ask_plan,
        )
        yield Paid(house, far)


def _every(_day: date) -> bool:
    return True


def test_a_day_with_all_its_files_closes_and_payments_are_settled(paid: Paid) -> None:
    paid.send_files()
    house = paid.at(EVENING)
    (tried,) = close_open_days(house.open_recon_tx, house, is_wanted=_every)
    assert isinstance(tried.outcome, DayClosed)
    assert tried.matched.matched == 3
    with house.open_tx() as tx:
        assert payment_rows.count_by_state(tx) == {PaymentState.SETTLED: 3}


def test_closing_again_finds_nothing_to_do(paid: Paid) -> None:
    paid.send_files()
    house = paid.at(EVENING)
    close_open_days(house.open_recon_tx, house, is_wanted=_every)
    assert close_open_days(house.open_recon_tx, house, is_wanted=_every) == []
    with house.open_tx() as tx:
        assert len(closed_days(tx)) == 1


def test_a_day_closed_before_is_told_with_when_and_its_seal(
    paid: Paid, capsys: pytest.CaptureFixture[str]
) -> None:
    paid.send_files()
    house = paid.at(EVENING)
    close_open_days(house.open_recon_tx, house, is_wanted=_every)
    closed = "2026-11-23 was closed at 2026-11-23T19:00:00+07:00"
    assert why_not_tried(house.open_recon_tx, house, DAY) == f"{closed}, not sealed"
    assert commands.close_days(house, only=DAY, by=None) == 0
    assert f"{closed}, sealed as number 1\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 11, 23), "2026-11-23 has no movements, nothing to close\n"),
        (date(2026, 11, 24), "2026-11-24 has not come yet, nothing to close\n"),
    ],
)
def test_a_day_with_nothing_to_close_says_why(
    house: House, capsys: pytest.CaptureFixture[str], day: date, told: str
) -> None:
    assert commands.close_days(house, only=day, by=None) == 0
    assert capsys.readouterr().out == told


def test_a_day_without_its_files_stays_open_and_says_which(paid: Paid) -> None:
    house = paid.at(EVENING)
    (tried,) = close_open_days(house.open_recon_tx, house, is_wanted=_every)
    assert isinstance(tried.outcome, DayBlocked)
    assert {reason.subject for reason in tried.outcome.reasons} >= {"vnpay"}
    with house.open_tx() as tx:
        assert closed_days(tx) == []


def test_a_day_that_is_not_over_is_left_alone_by_the_schedule(paid: Paid) -> None:
    paid.send_files()
    house = paid.at(NOON)
    assert close_due_days(house.open_recon_tx, house) == []


def test_the_schedule_closes_a_day_once_it_is_over(paid: Paid) -> None:
    paid.send_files()
    house = paid.at(EVENING)
    (tried,) = close_due_days(house.open_recon_tx, house)
    assert isinstance(tried.outcome, DayClosed)


def test_a_day_that_is_not_over_closes_early_only_where_that_is_asked_for(paid: Paid) -> None:
    paid.send_files()
    house = paid.at(NOON)
    (refused,) = close_open_days(house.open_recon_tx, house, is_wanted=_every)
    assert isinstance(refused.outcome, DayBlocked)
    (closed,) = close_open_days(house.open_recon_tx, house, is_wanted=_every, early=True)
    assert isinstance(closed.outcome, DayClosed)


def test_only_wanted_days_are_tried(paid: Paid) -> None:
    house = paid.at(EVENING)
    assert close_open_days(house.open_recon_tx, house, is_wanted=lambda _day: False) == []


def test_who_tries_a_day_by_hand_is_recorded_even_when_it_stays_open(paid: Paid) -> None:
    lan = Doer(actor="os:lan", reason="Sao kê đến muộn")
    house = paid.at(EVENING)
    close_open_days(house.open_recon_tx, house, is_wanted=_every, by=lan)
    paid.send_files()
    close_open_days(house.open_recon_tx, house, is_wanted=_every, by=lan)
    with house.open_tx() as tx:
        told = [kept.record for kept in newest(tx, limit_max=10)]
    assert told == [
        lan.did(Act.CLOSE_DAY, to="day:2026-11-23"),
        lan.did(Act.MATCH_DAY, to="day:2026-11-23"),
        lan.did(Act.MATCH_DAY, to="day:2026-11-23"),
    ]
