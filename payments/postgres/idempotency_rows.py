"""Requests that create something, each answered once: a repeat gets the first answer's bytes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy import delete, func, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from ledger.postgres.transaction import Tx
from payments.errors import KeyInFlight, KeyReused
from payments.postgres.tables import idempotency

TWIN_WAIT_MS_MAX: Final = 5_000
"""How long a request waits for its twin; for all row locks of its transaction, too."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The request is here for the first time: do its work, then `finish`."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was answered before; this is the answer."""

    status: int
    answer: bytes


def begin(
    tx: Tx, *, client: str, route: str, key: str, body_digest: bytes, now: datetime
) -> Fresh | Replay:
    """Claim the key for this transaction, waiting briefly for a twin that is at work.

    The key's row commits with the work, so a request that fails leaves no trace and may be tried
    again.

    Raises:
        KeyReused: the key came before with another body.
        KeyInFlight: the twin is still at work; the transaction is of no more use.
    """
    tx.execute(select(func.set_config("lock_timeout", str(TWIN_WAIT_MS_MAX), true())))
    try:
        claimed = tx.scalar(
            insert(idempotency)
            .values(client=client, route=route, key=key, body_digest=body_digest, created_at=now)
            .on_conflict_do_nothing()
            .returning(idempotency.c.key)
        )
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise KeyInFlight(key) from error
        raise
    if claimed is not None:
        return Fresh()
    row = tx.execute(
        select(idempotency).where(
            idempotency.c.client == client,
            idempotency.c.route == route,
            idempotency.c.key == key,
        )
    ).one()
    if bytes(row.body_digest) != body_digest:
        raise KeyReused(key)
    if row.status is None:
        raise KeyInFlight(key)
    return Replay(status=int(row.status), answer=bytes(row.answer))


def finish(tx: Tx, *, client: str, route: str, key: str, status: int, answer: bytes) -> None:
    """Keep the answer every repeat will get."""
    kept = tx.execute(
        update(idempotency)
        .where(
            idempotency.c.client == client,
            idempotency.c.route == route,
            idempotency.c.key == key,
            idempotency.c.status.is_(None),
        )
        .values(status=status, answer=answer)
    )
    assert kept.rowcount == 1, "a key is claimed before it is finished, and finished once"


def forget(tx: Tx, *, before: datetime) -> int:
    """Forget keys that came before an instant, and return how many."""
    return tx.execute(delete(idempotency).where(idempotency.c.created_at < before)).rowcount
