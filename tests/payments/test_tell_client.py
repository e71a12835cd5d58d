"""Telling one address of a client."""

from datetime import timedelta

from ledger.postgres.transaction import OpenTx
from payments.change_endpoint import EndpointChange, change_endpoint
from payments.client_event import EventType
from payments.expire_payments import expire_payments
from payments.payment import Payment
from payments.postgres.endpoint_delivery_rows import (
    Backlog,
    WebhookState,
    backlogs,
    newest_at,
    tries_of,
)
from payments.postgres.endpoint_rows import claim_endpoints, endpoint_of
from payments.replay_client_events import replay_client_events
from payments.tell_client import SLOW, ToldClient
from payments.webhook_endpoint import GONE, Endpoint, ReplaySpan
from tests.payments.clients import HASTY, PORTAL, FarSide, added, events_of, opened_by, told
from tests.payments.scene import NOW, hear, heard, inside, notice, sent

MINUTE = timedelta(minutes=1)
DAYS = timedelta(days=1)


def paid(open_tx: OpenTx, *, many: int = 1) -> list[Payment]:
    """Pay payments of the portal: three events each."""
    with open_tx() as tx:
        payments = [opened_by(tx) for _ in range(many)]
        references = [sent(inside(tx), payment) for payment in payments]
        hear(tx, *(heard(notice(reference)) for reference in references))
    return payments


def state(open_tx: OpenTx, endpoint: Endpoint) -> Endpoint:
    with open_tx() as tx:
        found = endpoint_of(tx, endpoint.endpoint_id, client=PORTAL)
    assert found is not None
    return found


def backlog(open_tx: OpenTx, endpoint: Endpoint) -> Backlog:
    with open_tx() as tx:
        return backlogs(tx, [endpoint.endpoint_id]).get(endpoint.endpoint_id, Backlog())


def test_a_payments_events_arrive_in_order_signed_by_its_secret(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx)
    payments = paid(open_tx, many=2)
    far = FarSide()
    assert told(open_tx, endpoint, far, now=NOW) == ToldClient(taken=6)
    assert sorted(far.heard) == sorted(
        [("payment.created", 1), ("payment.pending", 2), ("payment.paid", 3)] * 2
    )
    for payment in payments:
        own = [call for call in far.calls if payment.number in str(call.payload["data"])]
        assert [call.payload["order"] for call in own] == [1, 2, 3]
        assert {len(call.secrets) for call in own} == {1}
    assert told(open_tx, endpoint, far, now=NOW) is None


def test_an_address_hears_only_the_types_it_chose(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx, types=[EventType.PAYMENT_PAID])
    paid(open_tx)
    far = FarSide()
    told(open_tx, endpoint, far, now=NOW)
    assert far.heard == [("payment.paid", 3)]


def test_an_address_that_refuses_is_asked_for_nothing_else_for_a_while(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx)
    paid(open_tx, many=3)
    far = FarSide(status=503)
    assert told(open_tx, endpoint, far, now=NOW) == ToldClient(refused=1)
    assert len(far.calls) == 1
    assert told(open_tx, endpoint, far, now=NOW + MINUTE) is None
    far.status = 200
    again = told(open_tx, endpoint, far, now=NOW + 2 * HASTY.first)
    assert again == ToldClient(taken=9)
    assert state(open_tx, endpoint).failures == 0


def test_one_event_that_is_never_taken_in_holds_up_no_other_payment(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx)
    paid(open_tx, many=2)
    far = FarSide(by_event={"payment.pending": 500})
    now = NOW
    for _ in range(8):
        told(open_tx, endpoint, far, now=now)
        now += 3 * HASTY.first
    assert far.heard.count(("payment.created", 1)) == 2
    assert ("payment.paid", 3) not in far.heard
    assert len(far.heard) > 4


def test_f47_a_receiver_down_for_three_days_gets_all_of_it_in_order_after_a_replay(
    open_tx: OpenTx,
):
    with open_tx() as tx:
        endpoint = added(tx)
    paid(open_tx)
    far = FarSide(status=None)
    now = NOW
    while now < NOW + 2.9 * DAYS:
        told(open_tx, endpoint, far, now=now)
        now += HASTY.first
    assert backlog(open_tx, endpoint) == Backlog(waiting=3)
    assert 10 < len(far.calls) < 72
    while now < NOW + 3.5 * DAYS:
        told(open_tx, endpoint, far, now=now)
        now += HASTY.first
    assert backlog(open_tx, endpoint) == Backlog(parked=3)
    many = len(far.calls)
    assert told(open_tx, endpoint, far, now=now + DAYS) is None
    assert len(far.calls) == many
    wanted = ReplaySpan(endpoint.endpoint_id, since=NOW, until=now, parked_only=True)
    with open_tx() as tx:
        assert replay_client_events(tx, wanted, client=PORTAL, now=now + DAYS) == 3
    far.status, far.calls = 200, []
    assert told(open_tx, endpoint, far, now=now + DAYS) == ToldClient(taken=3)
    assert far.heard == [("payment.created", 1), ("payment.pending", 2), ("payment.paid", 3)]
    assert backlog(open_tx, endpoint) == Backlog()


def test_f47_what_comes_after_a_parked_event_waits_for_the_replay_too(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx)
        opened_by(tx)
    far = FarSide(status=500)
    told(open_tx, endpoint, far, now=NOW)
    told(open_tx, endpoint, far, now=NOW + 4 * DAYS)
    assert backlog(open_tx, endpoint) == Backlog(parked=1)
    assert expire_payments(open_tx, now=NOW + 4 * DAYS, limit_max=9) == 1
    assert backlog(open_tx, endpoint) == Backlog(parked=2)
    with open_tx() as tx:
        last = events_of(tx)[-1]
        assert last.sequence == 2
        assert replay_client_events(tx, last.event_id, client=PORTAL, now=NOW + 5 * DAYS) == 2
    far.status, far.calls = 200, []
    told(open_tx, endpoint, far, now=NOW + 5 * DAYS)
    assert [order for _, order in far.heard] == [1, 2]


def test_f48_two_hundred_with_any_text_is_taken_and_410_disables_with_a_notice(open_tx: OpenTx):
    with open_tx() as tx:
        gone, other = added(tx), added(tx)
    paid(open_tx)
    far = FarSide(status=410)
    assert told(open_tx, gone, far, now=NOW) == ToldClient(refused=1)
    found = state(open_tx, gone)
    assert (found.is_enabled, found.disabled_reason) == (False, GONE)
    assert found.disabled_at is not None
    assert told(open_tx, gone, far, now=NOW + DAYS) is None
    listening = FarSide()
    told(open_tx, other, listening, now=NOW + 2 * DAYS)
    notices = [c for c in listening.calls if c.payload["type"] == EventType.ENDPOINT_DISABLED]
    (notice_,) = notices
    data = notice_.payload["data"]
    assert isinstance(data, dict)
    assert data["endpoint"] == gone.endpoint_id
    assert backlog(open_tx, gone) == Backlog(waiting=3)


def test_f48_an_address_enabled_again_hears_what_it_missed_but_not_what_is_too_old(
    open_tx: OpenTx,
):
    with open_tx() as tx:
        endpoint = added(tx, is_enabled=False)
    paid(open_tx)
    with open_tx() as tx:
        opened_by(tx, now=NOW + 4 * DAYS)
        change_endpoint(
            tx,
            endpoint.endpoint_id,
            EndpointChange(is_enabled=True),
            client=PORTAL,
            is_sandbox=False,
            now=NOW + 5 * DAYS,
        )
    assert backlog(open_tx, endpoint) == Backlog(waiting=1, parked=3)
    far = FarSide()
    told(open_tx, endpoint, far, now=NOW + 5 * DAYS)
    assert far.heard == [("payment.created", 1)]


def test_f48_a_receiver_that_takes_long_shares_its_places_with_others_like_it(open_tx: OpenTx):
    with open_tx() as tx:
        slow, quick = [added(tx) for _ in range(3)], [added(tx) for _ in range(3)]
    with open_tx() as tx:
        opened_by(tx)
    drip = FarSide(duration_ms=int(SLOW.total_seconds()) * 1_000 + 1)
    for endpoint in slow:
        told(open_tx, endpoint, drip, now=NOW)
    later = NOW + timedelta(hours=1)
    with open_tx() as tx:
        opened_by(tx, now=later)
        claimed = claim_endpoints(
            tx, now=later, lease_until=later + MINUTE, quick_max=2, slow_max=1
        )
        left = claim_endpoints(tx, now=later, lease_until=later + MINUTE, quick_max=9, slow_max=9)
    assert [is_slow for _, is_slow in claimed].count(True) == 1
    assert len(claimed) == 3
    assert len(left) == 3
    assert {one for one, _ in claimed + left} == {one.endpoint_id for one in slow + quick}


def test_a_round_ends_in_time_however_much_there_is(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx)
    paid(open_tx, many=4)
    far = FarSide(duration_ms=14_000)
    first = told(open_tx, endpoint, far, now=NOW)
    assert first == ToldClient(taken=3)
    second = told(open_tx, endpoint, far, now=NOW + MINUTE)
    assert second == ToldClient(taken=3)


def test_every_try_is_known_and_what_was_taken_in_stays_so(open_tx: OpenTx):
    with open_tx() as tx:
        endpoint = added(tx, types=[EventType.PAYMENT_CREATED])
        opened_by(tx)
        (event,) = events_of(tx)
    far = FarSide(status=500)
    told(open_tx, endpoint, far, now=NOW)
    far.status = 200
    told(open_tx, endpoint, far, now=NOW + 2 * HASTY.first)
    with open_tx() as tx:
        assert replay_client_events(tx, event.event_id, client=PORTAL, now=NOW + DAYS) == 1
    far.status = None
    told(open_tx, endpoint, far, now=NOW + DAYS)
    with open_tx() as tx:
        (one,) = newest_at(tx, endpoint.endpoint_id, state=None, before=None, limit_max=9)
        tries = tries_of(tx, one, limit_max=9)
    assert [each.status for each in tries] == [None, 200, 500]
    assert one.state is WebhookState.WAITING
    assert one.taken_at is not None
    assert one.last_error == "no answer in time"
    told(open_tx, endpoint, far, now=NOW + 5 * DAYS)
    with open_tx() as tx:
        (one,) = newest_at(tx, endpoint.endpoint_id, state=None, before=None, limit_max=9)
    assert one.state is WebhookState.DELIVERED
