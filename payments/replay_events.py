"""Tell an authority again what was given up on."""

from datetime import datetime

from ledger.postgres.transaction import Tx
from payments.postgres import outbox_rows


def replay_events(tx: Tx, *, subscriber: str, now: datetime) -> int:
    """Make all parked events of one authority due again, in order, and return how many."""
    return outbox_rows.unpark(tx, subscriber=subscriber, now=now)
