"""Counted tries, as rows: each key is 16 bytes that lead back to nobody."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from api.postgres.errors import TriesNotKept
from api.postgres.tables import quota
from ledger.postgres.transaction import Tx

# Keys in one order everywhere, so that two tries never wait for each other in a circle.
_TAKE: Final = """
INSERT INTO api.quota AS kept (key, tries, tries_max, until)
SELECT key, 1, tries_max, until
FROM unnest(%(keys)s::bytea[], %(tries_max)s::integer[], %(untils)s::timestamptz[])
    AS wanted (key, tries_max, until)
ORDER BY key
ON CONFLICT (key) DO UPDATE SET
    tries = CASE WHEN kept.until > %(now)s THEN kept.tries + 1 ELSE 1 END,
    tries_max = excluded.tries_max,
    until = CASE WHEN kept.until > %(now)s THEN kept.until ELSE excluded.until END
WHERE kept.until <= %(now)s OR kept.tries < excluded.tries_max
RETURNING key, tries
"""
_TAKE_SHARE: Final = """
INSERT INTO api.quota AS kept (key, tries, tries_max, until)
VALUES (%(key)s, %(share)s, %(tries_max)s, %(until)s)
ON CONFLICT (key) DO UPDATE SET
    tries = excluded.tries + CASE WHEN kept.until > %(now)s THEN kept.tries ELSE 0 END,
    tries_max = excluded.tries_max,
    until = CASE WHEN kept.until > %(now)s THEN kept.until ELSE excluded.until END
RETURNING tries, until
"""
_GIVE_BACK: Final = """
WITH held AS MATERIALIZED (
    SELECT key FROM api.quota
    WHERE key = ANY (%(keys)s::bytea[]) AND until > %(now)s AND tries > 0
    ORDER BY key FOR UPDATE
)
UPDATE api.quota SET tries = quota.tries - 1 FROM held WHERE quota.key = held.key
"""
_COUNTS: Final = """
SELECT key, tries FROM api.quota WHERE key = ANY (%(keys)s::bytea[]) AND until > %(now)s
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One more try under a key; `until` is when a window that begins now is over."""

    key: bytes
    tries_max: int
    until: datetime


def take(tx: Tx, wanted: Sequence[Wanted], *, now: datetime) -> Mapping[bytes, int]:
    """Count one try under each key that is not used up, and return the counts of those.

    Whoever finds fewer than asked for undoes the transaction, or the others stay counted.

    Raises:
        TriesNotKept: the database cannot count.
    """
    with _told():
        found = tx.exec_driver_sql(
            _TAKE,
            {
                "keys": [each.key for each in wanted],
                "tries_max": [each.tries_max for each in wanted],
                "untils": [each.until for each in wanted],
                "now": now,
            },
        ).all()
    return {bytes(row.key): int(row.tries) for row in found}


def take_share(tx: Tx, wanted: Wanted, *, share: int, now: datetime) -> tuple[int, datetime]:
    """Count many tries under one key at once; return all that are counted, and until when.

    More may be counted than are allowed: what is above belongs to nobody.

    Raises:
        TriesNotKept: the database cannot count.
    """
    with _told():
        row = tx.exec_driver_sql(
            _TAKE_SHARE,
            {
                "key": wanted.key,
                "share": share,
                "tries_max": wanted.tries_max,
                "until": wanted.until,
                "now": now,
            },
        ).one()
    return int(row.tries), row.until


def give_back(tx: Tx, keys: Sequence[bytes], *, now: datetime) -> None:
    """Take back one counted try from each key whose window is not over.

    Raises:
        TriesNotKept: the database cannot count.
    """
    with _told():
        tx.exec_driver_sql(_GIVE_BACK, {"keys": list(keys), "now": now})


def counts(tx: Tx, keys: Sequence[bytes], *, now: datetime) -> Mapping[bytes, int]:
    """Return how many tries are counted, by key; a key without any is left out.

    Raises:
        TriesNotKept: the database cannot count.
    """
    with _told():
        found = tx.exec_driver_sql(_COUNTS, {"keys": list(keys), "now": now}).all()
    return {bytes(row.key): int(row.tries) for row in found}


def forget(tx: Tx, *, now: datetime) -> int:
    """Remove windows that are over, and return how many."""
    return tx.execute(delete(quota).where(quota.c.until <= now)).rowcount


@contextmanager
def _told() -> Generator[None]:
    """Say in our own words that the database is there and yet cannot count."""
    try:
        yield
    except SQLAlchemyError as error:
        raise TriesNotKept("tries cannot be counted in the database") from error
