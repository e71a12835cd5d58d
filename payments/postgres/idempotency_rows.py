"""Requests that create something, each answered once: a repeat gets the first answer's bytes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg
from sqlalchemy import delete, func, select, true
from sqlalchemy.exc import OperationalError

from ledger.postgres.transaction import Tx
from payments.errors import KeyInFlight, KeyReused
from payments.postgres.tables import idempotency

TWIN_WAIT_MS_MAX: Final = 5_000
"""How long a request waits for its twin; for all row locks of its transaction, too."""

# Claimed in one order everywhere, so that two batches never wait for each other in a circle.
_CLAIM: Final = """
INSERT INTO payments.idempotency (client, route, key, body_digest, created_at)
SELECT client, route, key, body_digest, %(now)s
FROM unnest(
    %(clients)s::text[], %(routes)s::text[], %(keys)s::text[], %(digests)s::bytea[]
) AS wanted (client, route, key, body_digest)
ORDER BY client, route, key
ON CONFLICT DO NOTHING
RETURNING client, route, key
"""
_KEPT: Final = """
SELECT kept.*
FROM unnest(%(clients)s::text[], %(routes)s::text[], %(keys)s::text[])
    AS wanted (client, route, key)
JOIN payments.idempotency AS kept USING (client, route, key)
"""
_FINISH: Final = """
UPDATE payments.idempotency AS kept SET status = answered.status, answer = answered.answer
FROM unnest(
    %(clients)s::text[], %(routes)s::text[], %(keys)s::text[], %(statuses)s::integer[],
    %(answers)s::bytea[]
) AS answered (client, route, key, status, answer)
WHERE kept.client = answered.client AND kept.route = answered.route AND kept.key = answered.key
    AND kept.status IS NULL
"""
_LET_GO: Final = """
DELETE FROM payments.idempotency AS kept
USING unnest(%(clients)s::text[], %(routes)s::text[], %(keys)s::text[])
    AS wanted (client, route, key)
WHERE kept.client = wanted.client AND kept.route = wanted.route AND kept.key = wanted.key
    AND kept.status IS NULL
"""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request by what makes it the same one: who sent it where, under which key."""

    client: str
    route: str
    key: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """The request is here for the first time: do its work, then `finish`."""


@dataclass(frozen=True, slots=True)
class Replay:
    """The request was answered before; this is the answer."""

    status: int
    answer: bytes


Begun = Fresh | Replay | KeyReused | KeyInFlight


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
    (begun,) = begin_all(tx, [(Keyed(client, route, key), body_digest)], now=now)
    if isinstance(begun, KeyReused | KeyInFlight):
        raise begun
    return begun


def begin_all(tx: Tx, wanted: Sequence[tuple[Keyed, bytes]], *, now: datetime) -> list[Begun]:
    """Claim the key of each request, given with its body's digest, or say what became of it before.

    No two of them have one key.

    Raises:
        KeyInFlight: a twin of one is still at work; the transaction is of no more use.
    """
    assert len({keyed for keyed, _ in wanted}) == len(wanted), "twins come one after the other"
    tx.execute(select(func.set_config("lock_timeout", str(TWIN_WAIT_MS_MAX), true())))
    digests = {"digests": [digest for _, digest in wanted], "now": now}
    keys = [keyed for keyed, _ in wanted]
    try:
        claimed = {
            Keyed(str(row.client), str(row.route), str(row.key))
            for row in tx.exec_driver_sql(_CLAIM, _columns(keys) | digests)
        }
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise KeyInFlight(keys[0].key if len(keys) == 1 else "one of several") from error
        raise
    kept: dict[Keyed, tuple[bytes, Replay | None]] = {}
    if len(claimed) < len(keys):
        for row in tx.exec_driver_sql(_KEPT, _columns(keys)):
            keyed = Keyed(str(row.client), str(row.route), str(row.key))
            answered = None if row.status is None else Replay(int(row.status), bytes(row.answer))
            kept[keyed] = (bytes(row.body_digest), answered)
    return [
        Fresh() if keyed in claimed else _again(keyed, digest, *kept[keyed])
        for keyed, digest in wanted
    ]


def finish(tx: Tx, *, client: str, route: str, key: str, status: int, answer: bytes) -> None:
    """Keep the answer every repeat will get."""
    finish_all(tx, [(Keyed(client, route, key), status, answer)])


def finish_all(tx: Tx, answered: Sequence[tuple[Keyed, int, bytes]]) -> None:
    """Keep the status and answer that every repeat of each request will get."""
    if not answered:
        return
    kept = tx.exec_driver_sql(
        _FINISH,
        _columns([keyed for keyed, _, _ in answered])
        | {
            "statuses": [status for _, status, _ in answered],
            "answers": [answer for _, _, answer in answered],
        },
    )
    assert kept.rowcount == len(answered), "a key is claimed before it is finished, finished once"


def let_go(tx: Tx, keys: Collection[Keyed]) -> None:
    """Free keys claimed in this transaction whose requests came to nothing."""
    if keys:
        tx.exec_driver_sql(_LET_GO, _columns(keys))


def forget(tx: Tx, *, before: datetime) -> int:
    """Forget keys that came before an instant, and return how many."""
    return tx.execute(delete(idempotency).where(idempotency.c.created_at < before)).rowcount


def _again(keyed: Keyed, digest: bytes, kept: bytes, answered: Replay | None) -> Begun:
    if kept != digest:
        return KeyReused(keyed.key)
    return KeyInFlight(keyed.key) if answered is None else answered


def _columns(keys: Collection[Keyed]) -> dict[str, object]:
    return {
        "clients": [keyed.client for keyed in keys],
        "routes": [keyed.route for keyed in keys],
        "keys": [keyed.key for keyed in keys],
    }
