"""Keep what an authority or our staff say about its own system: away, or back."""

from datetime import datetime
from typing import Final

from ledger.postgres.transaction import Tx
from payments.postgres import outage_rows, outbox_rows
from payments.postgres.outage_rows import Outage, OutageSource

HURRIED_MAX: Final = 10_000


def declare_outage(
    tx: Tx, *, provider: str, is_down: bool, source: OutageSource, reason: str, now: datetime
) -> Outage | None:
    """Keep that a provider's system is away or back, and return the outage that now stands.

    Said again, nothing changes; said otherwise while it is away, the first instant stays. When it
    is back, what waits for it is due at once.
    """
    standing = outage_rows.outage_of(tx, provider)
    if is_down:
        wanted = Outage(now if standing is None else standing.since, reason, declared=True)
        if standing != wanted:
            outage_rows.keep_down(
                tx, provider=provider, source=source, reason=reason, since=wanted.since, now=now
            )
        return wanted
    if standing is not None:
        outage_rows.keep_up(tx, provider=provider, source=source, reason=reason, now=now)
    # A try may have failed since its system came back by itself: nothing waits for that.
    outbox_rows.hurry(tx, [provider], now=now, events_max=HURRIED_MAX)
    return None
