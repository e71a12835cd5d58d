"""The one way out to partners: time-outs, size limits, a breaker each, and no blind retry."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import httpx2
import structlog

from gateways.errors import Misconfigured, OutcomeUnknown, Retryable

_SLOW_DOWN: Final = 429
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how much and how many, before a partner is left alone for a while."""

    connect_s_max: int = 5
    answer_s_max: int = 30
    body_bytes_max: int = 1_000_000
    calls_max: int = 16  # at once and per partner: a slow one must not take every thread
    failures_max: int = 5  # in a row, then the breaker opens
    wasted_ms_max: int = 20_000  # in one failed call, then it opens at once
    rest_ms: int = 15_000


def open_client(limits: Limits) -> httpx2.Client:
    """Return an HTTP client that follows nothing and believes no environment variable."""
    return httpx2.Client(
        timeout=httpx2.Timeout(limits.answer_s_max, connect=limits.connect_s_max),
        follow_redirects=False,
        trust_env=False,
        headers={"Accept-Encoding": "identity", "User-Agent": "clearing"},
    )


@dataclass(slots=True)
class _Breaker:
    """What one partner's last calls were like; `probe` numbers the call that tries it again."""

    failures: int = 0
    opened_at_ms: int | None = None
    probe: int | None = None
    calls: int = 0
    calls_ever: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    """One call on its way to a partner."""

    partner: str
    breaker: _Breaker
    number: int
    begun_ms: int


@dataclass(frozen=True, slots=True)
class Transport:
    """Sends to partners. `monotonic_ms` only ever grows; it is given so that tests can turn it."""

    client: httpx2.Client
    monotonic_ms: Callable[[], int]
    limits: Limits = field(default_factory=Limits)
    _breakers: dict[str, _Breaker] = field(default_factory=dict[str, _Breaker])
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, *, partner: str, url: str, media_type: str, body: bytes) -> bytes:
        """Send once and return the body of a 2xx answer.

        Raises:
            Retryable: nothing was sent for sure, or the partner asks us to slow down.
            OutcomeUnknown: it was sent, and no usable answer came.
            Misconfigured: the address is not one, or who answers there cannot show who they are.
        """
        call = self._admitted(partner)
        is_answered = False
        failures_max = self.limits.failures_max
        try:
            status, content = self._send(url=url, media_type=media_type, body=body)
            is_answered = status != _SLOW_DOWN
            if not is_answered:
                failures_max = 1  # It said so itself: nothing to find out by trying on.
        except Misconfigured as problem:
            failures_max = 1  # Only a person can help.
            _log.error("gateway.misconfigured", partner=partner, reason=problem.reason)
            raise
        finally:
            self._settle(call, is_answered=is_answered, failures_max=failures_max)
        if status == _SLOW_DOWN:
            raise Retryable(
                f"{partner} asks us to slow down", raw=content, partner_code=str(status)
            )
        if not 200 <= status < 300:
            raise OutcomeUnknown(
                f"{partner} answered HTTP {status}", raw=content, partner_code=str(status)
            )
        return content

    def is_resting(self, partner: str) -> bool:
        """Say whether this partner is left alone after repeated failures."""
        with self._lock:
            breaker = self._breakers.get(partner)
            return breaker is not None and breaker.opened_at_ms is not None

    def _admitted(self, partner: str) -> _Call:
        with self._lock:
            breaker = self._breakers.setdefault(partner, _Breaker())
            if breaker.calls >= self.limits.calls_max:
                raise Retryable(f"{partner} already has {breaker.calls} calls waiting")
            now_ms = self.monotonic_ms()
            if breaker.opened_at_ms is not None:
                rested_ms = now_ms - breaker.opened_at_ms
                if breaker.probe is not None or rested_ms < self.limits.rest_ms:
                    raise Retryable(f"{partner} is resting after {breaker.failures} failures")
                breaker.probe = breaker.calls_ever + 1
            breaker.calls += 1
            breaker.calls_ever += 1
            return _Call(partner, breaker, breaker.calls_ever, now_ms)

    def _settle(self, call: _Call, *, is_answered: bool, failures_max: int) -> None:
        with self._lock:
            breaker = call.breaker
            breaker.calls -= 1
            is_probe = breaker.probe == call.number
            if breaker.opened_at_ms is not None and not is_probe:
                return  # It began before the partner was left alone, and tells nothing new.
            breaker.probe = None
            if is_answered:
                if breaker.opened_at_ms is not None:
                    _log.info("gateway.back", partner=call.partner)
                breaker.failures = 0
                breaker.opened_at_ms = None
                return
            breaker.failures += 1
            now_ms = self.monotonic_ms()
            is_too_slow = now_ms - call.begun_ms >= self.limits.wasted_ms_max
            if is_probe or is_too_slow or breaker.failures >= failures_max:
                breaker.opened_at_ms = now_ms
                _log.error("gateway.left_alone", partner=call.partner, failures=breaker.failures)

    def _send(self, *, url: str, media_type: str, body: bytes) -> tuple[int, bytes]:
        """Return status and body; a 5xx counts against the partner like silence does."""
        try:
            with self.client.stream(
                "POST", url, content=body, headers={"Content-Type": media_type}
            ) as response:
                content = self._read(response)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as problem:
            raise Misconfigured("the partner's address is not one") from problem
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout) as problem:
            if _is_stranger(problem):
                raise Misconfigured(f"not sent: {problem}") from problem
            raise Retryable("no connection, so nothing was sent") from problem
        except httpx2.HTTPError as problem:
            raise OutcomeUnknown(f"sent, then {type(problem).__name__}") from problem
        if response.status_code >= 500:
            raise OutcomeUnknown(
                f"the partner answered HTTP {response.status_code}",
                raw=content,
                partner_code=str(response.status_code),
            )
        return response.status_code, content

    def _read(self, response: httpx2.Response) -> bytes:
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise OutcomeUnknown("the answer is compressed, which was not asked for")
        until_ms = self.monotonic_ms() + self.limits.answer_s_max * 1000
        content = bytearray()
        for part in response.iter_raw():
            content += part
            if len(content) > self.limits.body_bytes_max:
                raise OutcomeUnknown("the answer is longer than any we accept")
            if self.monotonic_ms() > until_ms:
                raise OutcomeUnknown("the answer never ended")
        return bytes(content)


def _is_stranger(problem: BaseException) -> bool:
    """Say whether whoever answers there has no certificate that holds: expired, or not theirs."""
    cause: BaseException | None = problem
    while cause is not None and not isinstance(cause, ssl.SSLCertVerificationError):
        cause = cause.__cause__ or cause.__context__
    return cause is not None
