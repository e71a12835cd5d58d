"""The recorded clock: what the book held at an instant, the same however often it is asked.

An entry carries the instant it was written at, a moment before its transaction commits. Whoever
posts holds the book's lock, shared, from before that instant until after the commit. So once the
database's clock is past an instant, and everybody who held the lock then has finished, nothing can
be recorded by that instant any more.
"""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from ledger.errors import InstantAhead, StillRecording
from ledger.postgres.transaction import Tx

LOOKS_MAX: Final = 500
PAUSE: Final = timedelta(milliseconds=10)
_TICK: Final = timedelta(microseconds=1)
"""As fine as the clock of the database is."""

# Two integers as pg_locks shows them: the ledger's class, and -1, which every post takes.
# A role sees when transactions of its own kind began, of others only with pg_read_all_stats; whose
# beginning is not known is waited for. A lock is given back after its transaction became visible.
_POSTING: Final = sa.text(
    "SELECT lock.virtualtransaction"
    " FROM pg_catalog.pg_locks AS lock"
    " LEFT JOIN pg_catalog.pg_stat_activity AS activity ON activity.pid = lock.pid"
    " WHERE lock.locktype = 'advisory' AND lock.granted AND lock.mode = 'ShareLock'"
    " AND lock.classid = 1279543109 AND lock.objid = 4294967295 AND lock.objsubid = 2"
    " AND lock.database = (SELECT oid FROM pg_catalog.pg_database"
    " WHERE datname = pg_catalog.current_database())"
    " AND lock.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()"
    " AND (activity.xact_start > :instant) IS NOT TRUE"
)


def fix_instant(tx: Tx, recorded_by: datetime | None = None) -> datetime:
    """Return this instant, the newest one when None, once nothing can be recorded by it any more.

    Waits for whoever may be about to commit, and stops nobody. Ask the primary: a replica does not
    know who is posting.

    Raises:
        InstantAhead: the database's clock is not past it.
        StillRecording: somebody has been posting since, for longer than a question waits.
    """
    now: datetime = tx.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    instant = now - _TICK if recorded_by is None else recorded_by
    if instant >= now:
        raise InstantAhead(instant)
    # Who comes after this look records later than `now`.
    unfinished = _posting_since(tx, instant)
    looks = 1
    while unfinished:
        if looks == LOOKS_MAX:
            raise StillRecording(instant)
        tx.execute(sa.select(sa.func.pg_sleep_for(PAUSE)))
        unfinished &= _posting_since(tx, instant)
        looks += 1
    return instant


def _posting_since(tx: Tx, instant: datetime) -> set[str]:
    """Return the transactions that hold the lock now and may have held it at the instant."""
    return set(tx.execute(_POSTING, {"instant": instant}).scalars())
