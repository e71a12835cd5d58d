"""How often somebody may try: counters in this process, each with a limit and a window."""

import ipaddress
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

MINUTE: Final = timedelta(minutes=1)
DAY: Final = timedelta(days=1)

SIGN_INS_PER_SOURCE_MAX: Final = 5
SIGN_INS_IN_ALL_MAX: Final = 200
SIGN_IN_WINDOW: Final = timedelta(minutes=15)
PAPERS_PER_MINUTE_MAX: Final = 10
KEYS_MAX: Final = 100_000

_NOWHERE: Final = "0.0.0.0"  # noqa: S104 (stands for no address; nothing listens on it)


class TooManyTries(HTTPException):
    """A limit is reached; the same words whichever it was."""

    def __init__(self) -> None:
        """Answer 429."""
        super().__init__(429)


@dataclass
class Quota:
    """At most `tries_max` of one key within a window that begins with its first try."""

    tries_max: int
    window: timedelta
    _counts: dict[Hashable, tuple[datetime, int]] = field(
        default_factory=dict[Hashable, tuple[datetime, int]]
    )

    def is_open(self, key: Hashable, *, now: datetime) -> bool:
        """Say whether one more try is allowed."""
        return self._count(key, now=now) < self.tries_max

    def count(self, key: Hashable, *, now: datetime) -> None:
        """Count one try."""
        if key not in self._counts and len(self._counts) >= KEYS_MAX:
            self._forget(now=now)
        tries = self._count(key, now=now)
        began = self._counts[key][0] if tries else now
        self._counts[key] = (began, tries + 1)

    def give_back(self, key: Hashable) -> None:
        """Take back one counted try."""
        if key in self._counts:
            began, tries = self._counts[key]
            self._counts[key] = (began, max(0, tries - 1))

    def _count(self, key: Hashable, *, now: datetime) -> int:
        began, tries = self._counts.get(key, (now, 0))
        return tries if now - began < self.window else 0

    def _forget(self, *, now: datetime) -> None:
        """Make room: windows that are over first, else the oldest tenth."""
        over = [key for key, (began, _) in self._counts.items() if now - began >= self.window]
        # A dict keeps the order of arrival, so its head is what was counted first.
        for key in over or list(self._counts)[: KEYS_MAX // 10]:
            del self._counts[key]


class Tries:
    """Several quotas taken together: a try counts in all of them or in none."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._lock = Lock()

    def take(self, wanted: Sequence[tuple[Quota, Hashable]], *, now: datetime) -> None:
        """Count one try in each quota.

        Raises:
            TooManyTries: one of them is used up; then nothing is counted.
        """
        with self._lock:
            if not all(quota.is_open(key, now=now) for quota, key in wanted):
                raise TooManyTries
            for quota, key in wanted:
                quota.count(key, now=now)

    def give_back(self, taken: Sequence[tuple[Quota, Hashable]]) -> None:
        """Take one counted try back from each quota."""
        with self._lock:
            for quota, key in taken:
                quota.give_back(key)


class SignInQuotas:
    """What guards the staff key against guessing."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._tries = Tries()
        self._by_source = Quota(SIGN_INS_PER_SOURCE_MAX, SIGN_IN_WINDOW)
        self._in_all = Quota(SIGN_INS_IN_ALL_MAX, SIGN_IN_WINDOW)

    def begin(self, *, source: str, now: datetime) -> None:
        """Count a try that is about to happen.

        Raises:
            TooManyTries: a limit is reached.
        """
        self._tries.take([(self._by_source, source), (self._in_all, "")], now=now)

    def was_right(self, *, source: str) -> None:
        """Take back what `begin` counted."""
        self._tries.give_back([(self._by_source, source), (self._in_all, "")])


def address_of(request: Request, *, proxy_hops: int) -> str:
    """Return the address a request came from; a word in a header counts only from our proxies.

    With `proxy_hops` proxies of our own in front, the address is the one the outermost wrote.
    """
    peer = _address_or(request.client.host if request.client else "", otherwise=_NOWHERE)
    if not proxy_hops:
        return peer
    hops = [hop.strip() for hop in request.headers.get("x-forwarded-for", "").split(",")]
    return _address_or(hops[-proxy_hops] if len(hops) >= proxy_hops else peer, otherwise=peer)


def source_of(address: str) -> str:
    """Return the group of addresses one source usually has: /24, or /56 in IPv6."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = 24 if parsed.version == 4 else 56
    return str(ipaddress.ip_network((parsed, prefix), strict=False))


def _address_or(text: str, *, otherwise: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return otherwise
