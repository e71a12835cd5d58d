"""I9 for clients: whatever receivers do, every event arrives, in order, and nobody else's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.contract import Outcome
from ledger.postgres.transaction import Tx
from payments.postgres.endpoint_rows import claim_endpoints
from payments.replay_client_events import replay_client_events
from payments.tell_client import tell_client
from payments.webhook_endpoint import ReplaySpan
from tests.payments.clients import HASTY, PORTAL, FarSide, added, events_of, opened_by
from tests.payments.scene import KEYS, NOW, hear, heard, inside, notice, sent

DAY = timedelta(days=1)
ANSWERS = st.lists(st.sampled_from([200, 204, 302, 404, 429, 500, None]), max_size=25)


def life(tx: Tx, client: str, *, outcomes: Sequence[Outcome]) -> None:
    """Let a client's payment be sent and hear these words."""
    reference = sent(inside(tx), opened_by(tx, client))
    for place, outcome in enumerate(outcomes):
        hear(tx, heard(notice(reference, outcome, transaction=f"T{reference}"), salt=str(place)))


@given(
    answers=ANSWERS,
    outcomes=st.lists(
        st.sampled_from([Outcome.PENDING, Outcome.DECLINED, Outcome.PAID]), max_size=3
    ),
    gap=st.integers(1, 30),
)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_i9_every_event_arrives_at_every_address_of_its_client_in_order_and_nowhere_else(
    tx: Tx, answers: list[int | None], outcomes: list[Outcome], gap: int
):
    with tx.begin_nested() as undone:
        ours, theirs = added(tx), added(tx, client="ministry")
        life(tx, PORTAL, outcomes=outcomes)
        life(tx, "ministry", outcomes=outcomes[:1])
        far = {one.endpoint_id: FarSide() for one in (ours, theirs)}
        now = NOW
        for status in [*answers, 200, 200, 200]:
            _round(tx, far, status=status, now=now)
            now += gap * timedelta(hours=1)
        for one in (ours, theirs):
            span = ReplaySpan(one.endpoint_id, since=NOW, until=now, parked_only=True)
            replay_client_events(tx, span, client=one.client, now=now)
        for place in range(1, 20):
            _round(tx, far, status=200, now=now + place * DAY)
        for one in (ours, theirs):
            kept = [event.event_id for event in events_of(tx, one.client)]
            taken = list(dict.fromkeys(far[one.endpoint_id].taken))
            assert taken == kept
        undone.rollback()


def _round(tx: Tx, far: dict[str, FarSide], *, status: int | None, now: datetime) -> None:
    """Let every address that is due be told, all answering alike."""
    claimed = claim_endpoints(tx, now=now, lease_until=now + HASTY.lease, quick_max=9, slow_max=9)
    for endpoint_id, _ in claimed:
        far[endpoint_id].status, far[endpoint_id].at = status, now
        tell_client(
            inside(tx),
            far[endpoint_id].send,
            endpoint_id=endpoint_id,
            keys=KEYS,
            now=now,
            plan=HASTY,
        )
