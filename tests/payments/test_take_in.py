"""Letting in what an authority sends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from ledger.postgres.transaction import OpenTx, Tx
from payments.authority import REQUESTS_PER_MINUTE_MAX
from payments.end_authority import end_authority
from payments.errors import InputRefused, NotFound, QuotaSpent
from payments.intake import Channel, Received
from payments.obligation import NewObligation
from payments.postgres import intake_rows
from payments.push_authorities import push_authorities
from payments.push_beneficiaries import push_beneficiaries
from payments.push_obligations import PushOutcome, PushVerdict, push_obligations
from payments.take_in import TakenIn, Unreadable, take_in
from tests.payments.owed import KEYS, NOW, TREASURY, fine
from tests.payments.test_push_authorities import NEW, OLD

BAD = PushVerdict("x\x00", PushOutcome.REFUSED, field="kind", reason="is missing")


@pytest.fixture
def doors(open_tx: OpenTx) -> OpenTx:
    """Give a database where `csgt` took over from `ttgt-hn`."""
    with open_tx() as tx:
        push_beneficiaries(tx, [TREASURY])
        push_authorities(tx, [NEW, OLD])
        end_authority(tx, OLD.code, on=date(2026, 3, 10), successor=NEW.code)
    return open_tx


SENT = Received(
    authority="csgt", client="csgt", channel=Channel.JSON, digest=b"d" * 32, item_count=1
)


def taken(
    open_tx: OpenTx,
    *items: NewObligation | Unreadable[PushVerdict],
    now: datetime = NOW,
    of_staff: bool = False,
    sent: Received = SENT,
) -> TakenIn[PushVerdict]:
    act = partial(push_obligations, keys=KEYS, now=now)
    came = replace(sent, item_count=len(items))
    return take_in(open_tx, came, items, act, now=now, of_staff=of_staff)


def test_every_part_gets_its_verdict_in_order(doors: OpenTx):
    told = taken(doors, Unreadable(BAD), fine("1/QĐ"), Unreadable(BAD), fine("1/QĐ"))
    outcomes = [each.outcome for each in told.verdicts]
    assert outcomes == ["refused", "new", "refused", "same_again"]
    assert told.counts == {"refused": 2, "new": 1, "same_again": 1}
    with doors() as tx:
        kept = intake_rows.intake_of(tx, "csgt", intake_id=told.intake_id)
    assert kept is not None
    assert (kept.counts, kept.finished_at, kept.item_count) == (told.counts, NOW, 4)
    assert [(each.place, each.number) for each in kept.refusals] == [(0, "x\ufffd"), (2, "x\ufffd")]


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (replace(SENT, authority="nobody"), NotFound),
        (replace(SENT, client="somebody"), NotFound),
        (replace(SENT, authority=OLD.code), InputRefused),
    ],
)
def test_who_may_not_push_leaves_no_trace(doors: OpenTx, sent: Received, error: type[Exception]):
    with pytest.raises(error):
        taken(doors, fine(), sent=sent)
    with doors() as tx:
        assert intake_rows.intakes_of(tx, "csgt", limit_max=10) == []


def test_who_took_over_may_change_what_was_pushed_before(doors: OpenTx):
    sent = replace(SENT, authority=OLD.code, channel=Channel.CHANGES)
    assert taken(doors, sent=sent).counts == {}


def test_staff_may_send_for_any_authority(doors: OpenTx):
    told = taken(
        doors, fine(), sent=replace(SENT, client="staff:lan", channel=Channel.CSV), of_staff=True
    )
    assert told.counts == {"new": 1}
    with pytest.raises(NotFound):
        taken(doors, fine(), sent=replace(SENT, authority="nobody"), of_staff=True)


def test_a_body_larger_than_any_minute_allows_is_refused_not_delayed(doors: OpenTx):
    with doors() as tx:
        push_authorities(tx, [replace(NEW, code="ward", items_per_minute_max=1)])
    with pytest.raises(InputRefused, match="at most 1 a minute"):
        taken(doors, fine("1/QĐ"), fine("2/QĐ"), sent=replace(SENT, authority="ward"))


def test_bodies_are_counted_whatever_is_in_them(doors: OpenTx):
    with doors() as tx:
        for _ in range(REQUESTS_PER_MINUTE_MAX):
            intake_rows.insert_intake(tx, SENT, now=NOW - timedelta(seconds=20))
    with pytest.raises(QuotaSpent) as spent:
        taken(doors, fine())
    assert spent.value.retry_after_s == 41
    assert taken(doors, fine(), now=NOW + timedelta(seconds=41)).counts == {"new": 1}


def test_a_death_between_leaves_a_body_that_changed_nothing(doors: OpenTx):
    def dies(tx: Tx, items: Sequence[NewObligation]) -> list[PushVerdict]:
        push_obligations(tx, items, keys=KEYS, now=NOW)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_in(doors, SENT, [fine()], dies, now=NOW)
    with doors() as tx:
        (kept,) = intake_rows.intakes_of(tx, "csgt", limit_max=10)
    assert (kept.finished_at, kept.counts) == (None, {})
    assert taken(doors, fine()).counts == {"new": 1}


def test_the_day_is_the_one_in_vietnam(doors: OpenTx):
    evening = datetime(2026, 3, 10, 16, 59, tzinfo=UTC)
    sent = replace(SENT, authority=OLD.code)
    old = replace(fine(), provider=OLD.code)
    assert taken(doors, old, now=evening, sent=sent).counts == {"new": 1}
    with pytest.raises(InputRefused, match="csgt took over"):
        taken(doors, old, now=evening + timedelta(minutes=1), sent=sent)
