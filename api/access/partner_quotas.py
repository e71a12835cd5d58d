"""How much a partner may ask in a minute: counted for all processes, in shares each takes ahead.

A process takes a twentieth of the minute's requests at once, `SHARE_MAX` at most, from the table
of counted tries, and hands them out from memory: most requests cost no statement. What one process
has left when the minute ends, or when it dies, is lost: a partner that uses up everything may be
refused a share per process early.
Should the table be away, each process allows the whole minute's worth by itself: a broken limiter
neither opens the door nor closes it.
"""

import enum
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import structlog

from api.access.body_limit import BULK_DOORS
from api.postgres import quota_rows
from api.postgres.errors import TriesNotKept
from api.registered_partner import Partner
from ledger.errors import BookUnreachable
from ledger.postgres.transaction import OpenTx

WINDOW: Final = timedelta(minutes=1)
SHARES: Final = 20
SHARE_MAX: Final = 200
"""A process killed again and again must not take a large partner's minute with it."""
BULK_PART: Final = 10
"""Bodies with up to a thousand items are counted apart, a tenth as many."""

_DIGEST_BYTES: Final = 16
_log: Final = structlog.get_logger()


class Use(enum.StrEnum):
    """What sort of request it is; each sort has a count of its own."""

    READ = "read"
    WRITE = "write"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partner stands after one request; `left` as far as this process knows."""

    use: Use
    most: int
    left: int
    is_open: bool
    ends_in_s: int

    def headers(self) -> dict[str, str]:
        """Return what the answer says of it, as draft-ietf-httpapi-ratelimit-headers has it."""
        return {
            "RateLimit-Policy": f'"{self.use}";q={self.most};w={int(WINDOW.total_seconds())}',
            "RateLimit": f'"{self.use}";r={self.left};t={self.ends_in_s}',
        }


@dataclass(slots=True)
class _Window:
    """One minute of one count: `mine` to hand out here, `taken` by all processes together."""

    until: datetime
    mine: int
    used: int
    taken: int
    is_last: bool


class PartnerQuotas:
    """The counts of this process, and the way to more."""

    def __init__(self, open_tx: OpenTx) -> None:
        """Begin with nothing counted here."""
        self._open_tx = open_tx
        self._lock = Lock()
        # As many as there are partners with a key, times three.
        self._windows: dict[tuple[str, Use], _Window] = {}

    def at_hand(self, partner: Partner, use: Use, *, now: datetime) -> Standing | None:
        """Count one request from what this process has, None when it must ask for more."""
        most = most_of(partner, use)
        with self._lock:
            window = self._windows.get((partner.name, use))
            if window is None or now >= window.until or (not window.mine and not window.is_last):
                return None
            return _counted(window, use, most, now=now)

    def take(self, partner: Partner, use: Use, *, now: datetime) -> Standing:
        """Count one request, with a new share for this process if it needs one."""
        standing = self.at_hand(partner, use, now=now)
        if standing is not None:
            return standing
        most, name = most_of(partner, use), (partner.name, use)
        share = max(1, min(most // SHARES, SHARE_MAX))
        try:
            taken, until = self._lease(name, share, most, now=now)
        except (BookUnreachable, TriesNotKept) as error:
            _log.warning("partner.requests_counted_here_only", reason=type(error).__name__)
            taken, until = None, now + WINDOW
        with self._lock:
            window = self._windows.get(name)
            if window is None or now >= window.until:
                window = self._windows[name] = _Window(until, 0, 0, 0, is_last=False)
            if taken is None:
                window.mine, window.taken = max(0, most - window.used), most
            else:
                window.mine += min(share, max(0, most - (taken - share)))
                window.taken = max(window.taken, min(taken, most))
            window.is_last = window.taken >= most
            return _counted(window, use, most, now=now)

    def _lease(
        self, name: tuple[str, Use], share: int, most: int, *, now: datetime
    ) -> tuple[int, datetime]:
        text = "\n".join(("partner requests", *name)).encode()
        key = hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest()
        with self._open_tx() as tx:
            return quota_rows.take_share(
                tx, quota_rows.Wanted(key, most, now + WINDOW), share=share, now=now
            )


def use_of(*, method: str, path: str) -> Use:
    """Return what sort of request it is."""
    if method in ("GET", "HEAD"):
        return Use.READ
    return Use.BULK if path in BULK_DOORS else Use.WRITE


def most_of(partner: Partner, use: Use) -> int:
    """Return how many requests of a sort a partner may send in a minute."""
    most = partner.requests_per_minute_max
    return max(1, most // BULK_PART) if use is Use.BULK else most


def _counted(window: _Window, use: Use, most: int, *, now: datetime) -> Standing:
    is_open = window.mine > 0
    if is_open:
        window.mine -= 1
        window.used += 1
    ends_in_s = max(1, -((now - window.until) // timedelta(seconds=1)))
    return Standing(use, most, most - window.taken + window.mine, is_open, ends_in_s)
