"""Sending events to addresses that clients chose: signed, to public networks only, once.

A name is looked up for each delivery, every address behind it is checked, and the connection goes
to the very address that was checked. Nothing is followed, and nothing of an answer is kept but its
status.
"""

import contextlib
import ipaddress
import json
import socket
import ssl
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx2
from standardwebhooks import Webhook

from api.clock import monotonic_ms
from payments.errors import InputRefused
from payments.postgres.delivery_rows import Try
from payments.tell_client import Call, Send
from payments.webhook_address import Ip, WebhookAddress, is_public, webhook_address

STEP_S_MAX: Final = 10
"""How long connecting, or any one reading or writing, may take."""
WHOLE: Final = timedelta(seconds=15)
"""How long it all may take; who answers by drops does not keep us."""
_LOOPBACK: Final = "127.0.0.1"

Resolve = Callable[[str], Sequence[str]]
"""Returns the network addresses of a name; raises OSError when there are none."""


class AddressRefused(Exception):
    """The address leads to no public network, or to none at all; the message is for its owner."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Where deliveries may go; in the sandbox also to this machine."""

    is_sandbox: bool
    is_allowed: Callable[[Ip], bool] = is_public
    whole: timedelta = WHOLE


def resolved(name: str) -> Sequence[str]:
    """Return the network addresses of a name, as this machine finds them."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return [str(address[0]) for _, _, _, _, address in found]


def sender(
    rules: Rules,
    *,
    clock: Callable[[], datetime],
    resolve: Resolve = resolved,
    trust: ssl.SSLContext | None = None,
) -> Send:
    """Return the way one event reaches an address; any 2xx means it was taken in.

    Source: Standard Webhooks specification (headers webhook-id, -timestamp, -signature).
    """
    client = httpx2.Client(
        verify=trust or ssl.create_default_context(),
        timeout=STEP_S_MAX,
        follow_redirects=False,
        trust_env=False,
        # A connection is found again by its network address, where another name may live as well.
        limits=httpx2.Limits(max_keepalive_connections=0),
        headers={"accept-encoding": "identity", "user-agent": "clearing"},
    )

    def send(call: Call) -> Try:
        instant, began_ms = clock(), monotonic_ms()
        status: int | None = None
        try:
            address = webhook_address(call.url, is_sandbox=rules.is_sandbox)
            pinned = _checked(address, rules, resolve)
            status = _post(client, address, pinned, call, instant=instant, whole=rules.whole)
            error = f"HTTP {status}"
        except (AddressRefused, InputRefused) as problem:
            error = str(problem)
        except httpx2.HTTPError as problem:
            error = _words(problem)
        is_taken = status is not None and 200 <= status < 300
        return Try(
            at=instant,
            is_taken=is_taken,
            status=status,
            error="" if is_taken else error,
            duration_ms=monotonic_ms() - began_ms,
        )

    return send


def signed_headers(
    *, event_id: str, body: str, secrets: Sequence[str], instant: datetime
) -> dict[str, str]:
    """Return the headers of a signed event; every secret signs, so that one may follow another."""
    return {
        "content-type": "application/json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(instant.timestamp())),
        "webhook-signature": " ".join(
            Webhook(secret).sign(event_id, instant, body) for secret in secrets
        ),
    }


def _checked(address: WebhookAddress, rules: Rules, resolve: Resolve) -> str:
    """Return the one network address to connect to, all of the name's being allowed.

    Raises:
        AddressRefused: one of them is not, or there is none.
    """
    if rules.is_sandbox and address.host in {"localhost", _LOOPBACK}:
        return _LOOPBACK
    try:
        found = [ipaddress.ip_address(each) for each in resolve(address.host)]
    except (OSError, ValueError) as problem:
        raise AddressRefused("the name was not found") from problem
    if not found or not all(rules.is_allowed(ip) for ip in found):
        raise AddressRefused("the name does not lead to the public internet")
    # IPv4 first: it is there on every machine that is anywhere.
    first = min(found, key=lambda ip: ip.version)
    return str(first) if first.version == 4 else f"[{first}]"


def _post(
    client: httpx2.Client,
    address: WebhookAddress,
    pinned: str,
    call: Call,
    *,
    instant: datetime,
    whole: timedelta,
) -> int:
    """Send once and return the status of the answer; its body is not read."""
    body = json.dumps(call.payload, ensure_ascii=False, separators=(",", ":"))
    scheme = "https" if address.is_https else "http"
    line = _Line()
    with (
        line.cut_after(whole),
        client.stream(
            "POST",
            f"{scheme}://{pinned}:{address.port}{address.target}",
            content=body.encode(),
            headers={
                "host": address.authority,
                **signed_headers(
                    event_id=call.event_id, body=body, secrets=call.secrets, instant=instant
                ),
            },
            extensions={"sni_hostname": address.host, "trace": line.watch},
        ) as answer,
    ):
        return answer.status_code


@dataclass(slots=True)
class _Line:
    """The connection of one request, cut when it has taken too long in all."""

    _sockets: list[socket.socket] = field(default_factory=list[socket.socket])
    _is_over: bool = False

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the connection as it is made, and again as it is encrypted."""
        if event in {"connection.connect_tcp.complete", "connection.start_tls.complete"}:
            self._sockets.append(info["return_value"].get_extra_info("socket"))
            if self._is_over:
                self._cut()

    @contextlib.contextmanager
    def cut_after(self, whole: timedelta) -> Generator[None]:
        timer = threading.Timer(whole.total_seconds(), self._cut)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self._is_over = True
        for each in self._sockets:
            # What was closed or handed on to its encrypted twin needs no cutting.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)


def _words(problem: httpx2.HTTPError) -> str:
    """Return why nothing was taken in, in words that tell its owner nothing of our network."""
    if isinstance(problem, httpx2.TimeoutException):
        return "no answer in time"
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "no safe connection: the certificate or the encryption does not hold"
        cause = cause.__cause__ or cause.__context__
    if isinstance(problem, httpx2.ConnectError):
        return "nobody answers at this address"
    return "the connection broke off"
