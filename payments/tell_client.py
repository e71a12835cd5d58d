"""Tell one address of a client what it is to be told: in order, until it has it or for 72 hours."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ledger.postgres.transaction import OpenTx, Tx
from payments.client_event import EventType
from payments.personal_data import PersonalDataKeys
from payments.postgres import client_event_rows, endpoint_delivery_rows, endpoint_rows
from payments.postgres.delivery_rows import Try
from payments.postgres.endpoint_delivery_rows import DueDelivery
from payments.tell_plan import USUAL, TellPlan
from payments.webhook_endpoint import GONE, Endpoint, unseal_secret

CHUNK_MAX: Final = 20
EVENTS_MAX: Final = 500
SLOW: Final = timedelta(seconds=3)
"""An address that takes longer to answer shares its place with others like it."""

_GONE_STATUS: Final = 410


@dataclass(frozen=True, slots=True)
class Call:
    """One event on its way to one address, and what it is signed with, the newest secret first."""

    url: str
    secrets: Sequence[str]
    event_id: str
    payload: Mapping[str, object]


Send = Callable[[Call], Try]
"""Sends one event over the network; whatever goes wrong is its answer, not an exception."""


@dataclass(frozen=True, slots=True)
class ToldClient:
    """How many events one address took in, refused, and shall not be told any more."""

    taken: int = 0
    refused: int = 0
    parked: int = 0


def tell_client(
    open_tx: OpenTx,
    send: Send,
    *,
    endpoint_id: str,
    keys: PersonalDataKeys,
    now: datetime,
    plan: TellPlan = USUAL,
) -> ToldClient:
    """Send an endpoint that was claimed what is due there, until it refuses one, and release it.

    It goes on for a quarter of the claim's lease, so that with the longest answer it ends in time.
    """
    told = ToldClient()
    at = now
    queue: list[DueDelivery] = []
    while told.taken < EVENTS_MAX and not told.refused and at < now + plan.lease / 4:
        with open_tx() as tx:
            endpoint = endpoint_rows.lock_claimed(tx, endpoint_id)
            if endpoint is None or not endpoint.is_enabled:
                break
            queue = queue or endpoint_delivery_rows.due_deliveries(
                tx, endpoint_id, now=at, events_max=CHUNK_MAX
            )
            secrets = [
                unseal_secret(keys, each)
                for each in endpoint_rows.secrets_of(tx, endpoint_id, now=at)
            ]
        if not queue:
            break
        due, *queue = queue
        tried = send(Call(endpoint.url, secrets, due.event_id, due.payload))
        at = max(at, tried.at) + timedelta(milliseconds=tried.duration_ms)
        with open_tx() as tx:
            told = _keep(tx, told, endpoint_id, due, tried, at=at, plan=plan)
    with open_tx() as tx:
        endpoint_rows.release_endpoint(tx, endpoint_id)
    return told


def _keep(
    tx: Tx,
    told: ToldClient,
    endpoint_id: str,
    due: DueDelivery,
    tried: Try,
    *,
    at: datetime,
    plan: TellPlan,
) -> ToldClient:
    endpoint_delivery_rows.keep_try(tx, due, tried)
    is_slow = timedelta(milliseconds=tried.duration_ms) > SLOW
    if tried.is_taken:
        endpoint_delivery_rows.keep_taken(tx, due, at=at)
        endpoint_rows.keep_taking(tx, endpoint_id, is_slow=is_slow)
        return replace(told, taken=told.taken + 1)
    endpoint = endpoint_rows.lock_claimed(tx, endpoint_id)
    if endpoint is None:
        return replace(told, refused=told.refused + 1)
    wait = plan.wait(endpoint_id, attempts=endpoint.failures + 1) or plan.interval_max
    endpoint_rows.keep_failing(tx, endpoint_id, at=at, rest_until=at + wait, is_slow=is_slow)
    parked = _put_off(tx, endpoint, due, tried.error, at=at, plan=plan)
    if tried.status == _GONE_STATUS:
        _disable(tx, endpoint, at=at)
    return replace(told, refused=told.refused + 1, parked=told.parked + parked)


def _put_off(
    tx: Tx, endpoint: Endpoint, due: DueDelivery, error: str, *, at: datetime, plan: TellPlan
) -> int:
    """Tell it later, or no more once its time is over; return how many are told no more."""
    wait = plan.wait(due.event_id, attempts=due.attempts + 1) or plan.interval_max
    endpoint_delivery_rows.keep_refused(tx, due, error=error, next_at=at + wait)
    oldest = at - plan.give_up_after
    parked = 0
    if due.due_since <= oldest:
        parked = endpoint_delivery_rows.park(tx, due, error=error, now=at)
    if endpoint.failing_since is not None and endpoint.failing_since <= oldest:
        parked += endpoint_delivery_rows.park_old(
            tx, endpoint.endpoint_id, since=oldest, error=error, now=at
        )
    return parked


def _disable(tx: Tx, endpoint: Endpoint, *, at: datetime) -> None:
    """Tell nothing more at an address that says it is gone, and say so at the client's others."""
    endpoint_rows.keep_endpoint(
        tx,
        replace(endpoint, is_enabled=False, disabled_reason=GONE, disabled_at=at, changed_at=at),
    )
    client_event_rows.add_endpoint_event(
        tx,
        EventType.ENDPOINT_DISABLED,
        client=endpoint.client,
        endpoint_id=endpoint.endpoint_id,
        now=at,
        cause=at.isoformat(),
        is_told_there=False,
    )
