"""Telling authorities: in order, until they have it, and no longer than is sensible."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import text

from ledger.postgres.transaction import OpenTx, Tx
from payments.event import Event
from payments.postgres.delivery_rows import DeliveryState, Try, Wanted, newest_told, tries_of
from payments.postgres.outage_rows import Outage, OutageSource, keep_down, keep_up, outage_of
from payments.settle_payments import settle_payments
from payments.tell_plan import TellPlan
from payments.tell_provider import CHUNK_MAX, Delivered, Told, tell_provider
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, owe, sent

HASTY = TellPlan(give_up_after=timedelta(0))


@dataclass
class Authority:
    """An authority that keeps what it takes in; `error` is what it says when it does not."""

    error: str = ""
    heard: list[Event] = field(default_factory=list[Event])

    def __call__(self, event: Event) -> Delivered:
        """Take an event in, or refuse it."""
        self.heard.append(event)
        return Delivered(is_taken=not self.error, error=self.error)


def pay(tx: Tx, *, is_settled: bool = False) -> None:
    payment = opened(tx, owe(tx))
    hear(tx, heard(notice(sent(inside(tx), payment))))
    if is_settled:
        settle_payments(tx, [payment.payment_id], now=NOW)


def tell(
    tx: Tx, authority: Authority, *, now: datetime = NOW, plan: TellPlan | None = None
) -> Told:
    return tell_provider(inside(tx), authority, now=now, limit_max=1_000, plan=plan or TellPlan())


def kept(tx: Tx) -> list[tuple[int, bool, bool, bool, int, str]]:
    rows = tx.execute(
        text(
            "SELECT sequence, next_at IS NOT NULL, delivered_at IS NOT NULL,"
            " parked_at IS NOT NULL, attempts, last_error"
            " FROM payments.outbox ORDER BY obligation_id, sequence"
        )
    )
    return [tuple(row) for row in rows]


def test_an_event_is_told_once(tx: Tx):
    pay(tx)
    authority = Authority()
    assert tell(tx, authority) == Told(delivered=1)
    assert tell(tx, authority, now=NOW + timedelta(days=1)) == Told()
    assert [event.type for event in authority.heard] == ["payment.paid"]
    assert kept(tx) == [(1, False, True, False, 1, "")]


def test_events_of_one_obligation_are_told_in_order(tx: Tx):
    pay(tx, is_settled=True)
    authority = Authority()
    assert tell(tx, authority) == Told(delivered=2)
    assert [event.sequence for event in authority.heard] == [1, 2]
    assert [event.payload["order"] for event in authority.heard] == [1, 2]


def test_a_refused_event_is_told_again_later_and_holds_up_what_comes_after(tx: Tx):
    pay(tx, is_settled=True)
    assert tell(tx, Authority("HTTP 503")) == Told(refused=1)
    assert kept(tx) == [(1, True, False, False, 1, "HTTP 503"), (2, True, False, False, 0, "")]
    authority = Authority()
    assert tell(tx, authority, now=NOW + timedelta(seconds=3)) == Told()
    assert tell(tx, authority, now=NOW + timedelta(seconds=10)) == Told(delivered=2)


def test_f48_an_authority_that_refuses_is_left_alone_for_the_round(tx: Tx):
    for _ in range(5):
        pay(tx)
    authority = Authority("HTTP 500")
    assert tell(tx, authority) == Told(refused=1, put_off=4)
    assert len(authority.heard) == 1


def test_f47_what_nobody_takes_in_is_parked_with_all_that_waits_behind_it(tx: Tx):
    pay(tx, is_settled=True)
    assert tell(tx, Authority("HTTP 410"), plan=HASTY) == Told(parked=2)
    assert kept(tx) == [
        (1, False, False, True, 1, "HTTP 410"),
        (2, False, False, True, 0, "HTTP 410"),
    ]
    assert tell(tx, Authority(), now=NOW + timedelta(days=9)) == Told()


def test_more_events_than_one_claim_takes_are_all_told(tx: Tx):
    for _ in range(CHUNK_MAX + 3):
        pay(tx)
    assert tell(tx, Authority()) == Told(delivered=CHUNK_MAX + 3)


def test_f05_an_event_claimed_by_a_process_that_died_is_told_by_the_next(open_tx: OpenTx):
    with open_tx() as tx:
        pay(tx)

    def crash(_: Event) -> Delivered:
        raise KeyboardInterrupt

    with suppress(KeyboardInterrupt):
        tell_provider(open_tx, crash, now=NOW, limit_max=10)
    authority = Authority()
    plan = TellPlan()
    assert tell_provider(open_tx, authority, now=NOW, limit_max=10) == Told()
    later = NOW + plan.lease
    assert tell_provider(open_tx, authority, now=later, limit_max=10) == Told(delivered=1)


def test_several_processes_tell_each_event_once(open_tx: OpenTx):
    with open_tx() as tx:
        for _ in range(30):
            pay(tx, is_settled=True)
    authority = Authority()

    def call(_: int) -> Told:
        return tell_provider(open_tx, authority, now=NOW, limit_max=100)

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(call, range(8)))
    tell_provider(open_tx, authority, now=NOW, limit_max=100)
    ids = [event.event_id for event in authority.heard]
    assert len(ids) == len(set(ids)) == 60
    last: dict[int, int] = {}
    for event in authority.heard:
        assert last.get(event.obligation_id, 0) == event.sequence - 1
        last[event.obligation_id] = event.sequence


def test_every_try_is_kept_as_it_went(tx: Tx):
    pay(tx)
    tell(tx, Authority("HTTP 503"))

    def take(_: Event) -> Delivered:
        return Delivered(
            is_taken=True, error="", status=204, duration_ms=31, at=NOW + timedelta(seconds=11)
        )

    tell_provider(inside(tx), take, now=NOW + timedelta(seconds=10), limit_max=1)
    (event,) = newest_told(tx, Wanted(), limit_max=9)
    assert event.state is DeliveryState.DELIVERED
    assert tries_of(tx, event.outbox_id, limit_max=9) == [
        Try(NOW + timedelta(seconds=11), is_taken=True, status=204, error="", duration_ms=31),
        Try(NOW, is_taken=False, status=None, error="HTTP 503", duration_ms=0),
    ]


def fail_until(tx: Tx, end: timedelta, *, error: str = "HTTP 503") -> None:
    """Refuse everything, every ten seconds until then."""
    for second in range(0, int(end.total_seconds()) + 1, 10):
        tell(tx, Authority(error), now=NOW + timedelta(seconds=second))


def test_an_authority_that_takes_nothing_in_for_ten_minutes_is_away_since_the_first_try(tx: Tx):
    pay(tx)
    fail_until(tx, timedelta(minutes=9))
    assert outage_of(tx, "csgt") is None
    # The first try after ten minutes notices it: that comes a longest wait and its fifth later.
    fail_until(tx, timedelta(minutes=23))
    assert outage_of(tx, "csgt") == Outage(NOW, "HTTP 503", declared=False)


def test_a_try_that_is_taken_in_ends_it_and_what_waits_is_told_at_once(tx: Tx):
    for _ in range(3):
        pay(tx)
    fail_until(tx, timedelta(minutes=40))
    assert outage_of(tx, "csgt") is not None
    authority = Authority()
    back = NOW + timedelta(minutes=60)
    told = tell_provider(inside(tx), authority, now=back, limit_max=1)
    assert told.delivered == 1
    assert outage_of(tx, "csgt") is None
    assert tell(tx, authority, now=back) == Told(delivered=2)


def test_what_somebody_declared_is_not_ended_by_a_try(tx: Tx):
    keep_down(
        tx,
        provider="csgt",
        source=OutageSource.AUTHORITY,
        reason="Nâng cấp",
        since=NOW,
        now=NOW,
    )
    pay(tx)
    tell(tx, Authority())
    assert outage_of(tx, "csgt") == Outage(NOW, "Nâng cấp", declared=True)


def test_an_authority_said_to_be_back_is_away_again_only_after_ten_minutes_more(tx: Tx):
    pay(tx)
    fail_until(tx, timedelta(minutes=11))
    back = NOW + timedelta(minutes=12)
    keep_up(tx, provider="csgt", source=OutageSource.STAFF, reason="Đã gọi", now=back)
    pay(tx)
    tell(tx, Authority("HTTP 502"), now=back + timedelta(minutes=1))
    assert outage_of(tx, "csgt") is None
    pay(tx)
    tell(tx, Authority("HTTP 502"), now=back + timedelta(minutes=12))
    assert outage_of(tx, "csgt") == Outage(back + timedelta(minutes=1), "HTTP 502", declared=False)


def test_one_event_nobody_takes_in_does_not_make_an_authority_away(tx: Tx):
    pay(tx)
    poison = only_event(tx)
    for minute in range(30):
        pay(tx)

        def answer(event: Event) -> Delivered:
            is_taken = event.event_id != poison
            return Delivered(is_taken=is_taken, error="" if is_taken else "HTTP 500")

        tell_provider(inside(tx), answer, now=NOW + timedelta(minutes=minute), limit_max=100)
    assert outage_of(tx, "csgt") is None


def only_event(tx: Tx) -> str:
    return str(tx.execute(text("SELECT event_id FROM payments.outbox")).scalar_one())
