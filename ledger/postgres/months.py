"""Business months of the book, each a table of transfers of its own."""

from datetime import date

import sqlalchemy as sa

from ledger.postgres.refusals import refusals
from ledger.postgres.transaction import Tx


def open_months(tx: Tx, *, through: date) -> int:
    """Open the months through that of a date, and return how many were not open yet.

    Neither posting nor reading waits for it. Posting opens a month by itself when nobody did, but
    then those who post first in that month wait for each other once.

    Raises:
        EntryRefused: the date is ten years ahead of the last open month.
    """
    with refusals():
        opening = sa.select(sa.func.ledger.open_months_v1(through))
        return int(tx.execute(opening).scalar_one())
