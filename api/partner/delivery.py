"""Telling authorities: events signed in the Standard Webhooks manner and posted."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime

import httpx2

from api.clock import monotonic_ms
from api.settings import Subscriber
from api.webhook_sender import signed_headers
from payments.event import Event
from payments.tell_provider import Deliver, Delivered

TIMEOUT_S = 10
ERROR_MAX = 200


def deliverer(
    client: httpx2.Client,
    subscribers: Mapping[str, Subscriber],
    clock: Callable[[], datetime],
) -> Deliver:
    """Return the way one event reaches its authority; any 2xx means it was taken in.

    Source: Standard Webhooks specification (headers webhook-id, -timestamp, -signature).
    """

    def deliver(event: Event) -> Delivered:
        subscriber = subscribers.get(event.subscriber)
        if subscriber is None:
            return Delivered(is_taken=False, error=f"no address is set for {event.subscriber}")
        body = json.dumps(event.payload, ensure_ascii=False, separators=(",", ":"))
        instant = clock()
        began_ms = monotonic_ms()
        secrets = [each for each in (subscriber.secret, subscriber.old_secret) if each is not None]
        headers = signed_headers(
            event_id=event.event_id,
            body=body,
            secrets=[each.get_secret_value() for each in secrets],
            instant=instant,
        )
        status: int | None = None
        try:
            answer = client.post(
                subscriber.url, content=body.encode(), headers=headers, timeout=TIMEOUT_S
            )
            status, error = answer.status_code, f"HTTP {answer.status_code}"
        except httpx2.HTTPError as problem:
            error = f"{type(problem).__name__}: {problem}"[:ERROR_MAX]
        is_taken = status is not None and 200 <= status < 300
        return Delivered(
            is_taken=is_taken,
            error="" if is_taken else error,
            status=status,
            duration_ms=monotonic_ms() - began_ms,
            at=instant,
        )

    return deliver
