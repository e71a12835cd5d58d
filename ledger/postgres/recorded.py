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
LOOKS_FOR_NEWEST_MAX: Final = 50
PAUSE: Final = timedelta(milliseconds=10)
_TICK: Final = timedelta(microseconds=1)
"""As fine as the clock of the database is."""


def fix_instant(tx: Tx, recorded_by: datetime | None = None) -> datetime:
    """Return this instant, the newest one when None, once nothing can be recorded by it any more.

    Waits for whoever may be about to commit, and stops nobody. The newest is a moment ago, or
    before somebody began who posts for long. Ask the primary: a replica does not know who is
    posting.

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
    looks_left = LOOKS_MAX if recorded_by else LOOKS_FOR_NEWEST_MAX
    while unfinished and looks_left:
        looks_left -= 1
        tx.execute(sa.select(sa.func.pg_sleep_for(PAUSE)))
        posting = _posting_since(tx, instant)
        unfinished = {one: began_at for one, began_at in posting.items() if one in unfinished}
    if not unfinished:
        return instant
    began = [began_at for began_at in unfinished.values() if began_at is not None]
    if recorded_by or len(began) < len(unfinished):
        raise StillRecording(instant)
    return min(began) - _TICK  # Nobody records before beginning.


def _posting_since(tx: Tx, instant: datetime) -> dict[str, datetime | None]:
    """Return who holds the lock now and may have at the instant; None is a beginning not told."""
    found = sa.func.ledger.posting_since_v1(instant).table_valued("posting", "began_at")
    return {str(row.posting): row.began_at for row in tx.execute(sa.select(found))}
