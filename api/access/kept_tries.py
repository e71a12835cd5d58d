"""Counted tries in the database: for all processes, and after a restart."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import orjson

from api.access.tries import Key, Limit
from api.postgres import quota_rows
from ledger.postgres.transaction import OpenTx

DIGEST_BYTES: Final = 16


class _UsedUp(Exception):
    """Leaves a transaction so that what it counted is undone."""


class KeptTries:
    """Counts in the database; a key is kept as a keyed digest that leads back to nobody."""

    def __init__(self, open_tx: OpenTx, *, secret: bytes) -> None:
        """Count by transactions of these; `secret` is of at most 64 bytes."""
        self._open_tx = open_tx
        self._secret = secret

    def take(self, limits: Sequence[Limit], *, now: datetime) -> Mapping[Key, int] | None:
        """Count one try under each key and return the counts, None when one is used up.

        Raises:
            BookUnreachable: the database is away.
            TriesNotKept: it cannot count.
        """
        named = {self._digest(limit.key): limit for limit in limits}
        wanted = [
            quota_rows.Wanted(digest, limit.tries_max, now + limit.window)
            for digest, limit in named.items()
        ]
        try:
            with self._open_tx() as tx:
                counted = _all_or_none(quota_rows.take(tx, wanted, now=now), wanted)
        except _UsedUp:
            return None
        return {named[digest].key: count for digest, count in counted.items()}

    def give_back(self, keys: Sequence[Key], *, now: datetime) -> None:
        """Take one counted try back from each key.

        Raises:
            BookUnreachable: the database is away.
            TriesNotKept: it cannot count.
        """
        with self._open_tx() as tx:
            quota_rows.give_back(tx, [self._digest(key) for key in keys], now=now)

    def counts(self, keys: Sequence[Key], *, now: datetime) -> Mapping[Key, int]:
        """Return how many tries each key has counted.

        Raises:
            BookUnreachable: the database is away.
            TriesNotKept: it cannot count.
        """
        named = {self._digest(key): key for key in keys}
        with self._open_tx() as tx:
            counted = quota_rows.counts(tx, list(named), now=now)
        return {key: counted.get(digest, 0) for digest, key in named.items()}

    def _digest(self, key: Key) -> bytes:
        text = orjson.dumps(key)
        return hashlib.blake2b(text, key=self._secret, digest_size=DIGEST_BYTES).digest()


def _all_or_none(
    counted: Mapping[bytes, int], wanted: Sequence[quota_rows.Wanted]
) -> Mapping[bytes, int]:
    if len(counted) < len(wanted):
        raise _UsedUp
    return counted
