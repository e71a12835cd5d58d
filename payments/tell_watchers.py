"""Tell who asked that a decision is here: one mail each, then forget them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ledger.postgres.transaction import OpenTx
from payments.obligations.registry import KINDS, UNDATED
from payments.personal_data import PersonalDataKeys, unseal
from payments.postgres import watch_rows
from payments.watch import DueWatch, Word, wait_after

LEASE: Final = timedelta(minutes=5)

SendWord = Callable[[Word], str]
"""Hands one mail over and returns '', or why it could not."""


@dataclass(frozen=True, slots=True)
class WatchersTold:
    """How many were told, could not be told yet, were given up on, and expired."""

    told: int = 0
    failed: int = 0
    given_up: int = 0
    expired: int = 0


def tell_watchers(
    open_tx: OpenTx, send: SendWord, *, keys: PersonalDataKeys, now: datetime, limit_max: int
) -> WatchersTold:
    """Send one mail for each watch whose decision is here, at most `limit_max`.

    A process that dies between the mail and its row sends that mail twice: never none.
    """
    with open_tx() as tx:
        expired = watch_rows.forget_expired(tx, now=now)
        due = watch_rows.claim_due(
            tx,
            records=[code for code, kind in KINDS.items() if not kind.is_payable],
            undated=UNDATED,
            now=now,
            lease_until=now + LEASE,
            watches_max=limit_max,
        )
    if not due:
        return WatchersTold(expired=expired)
    errors = {watch.watch_id: send(_word(watch, keys)) for watch in due}
    failed: list[tuple[DueWatch, str, datetime]] = []
    over: list[int] = []
    for watch in due:
        wait = wait_after(watch.attempts + 1)
        if errors[watch.watch_id] and wait is not None:
            failed.append((watch, errors[watch.watch_id], now + wait))
        else:
            over.append(watch.watch_id)
    with open_tx() as tx:
        watch_rows.put_off(tx, failed)
        watch_rows.forget_watches(tx, over)
    told = sum(not error for error in errors.values())
    return WatchersTold(told, len(failed), len(over) - told, expired)


def _word(watch: DueWatch, keys: PersonalDataKeys) -> Word:
    left = unseal(keys, watch.sealed, place=watch.seal_place)
    return Word(address=left["address"], language=left["language"], asked_at=watch.made_at)
