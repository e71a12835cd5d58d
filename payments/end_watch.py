"""Forget that somebody wanted to be told when a decision comes."""

from ledger.postgres.transaction import Tx
from payments.postgres import watch_rows


def end_watch(tx: Tx, place: str) -> None:
    """Delete the watch of this name; one that is over already stays over."""
    watch_rows.forget_place(tx, place)
