"""What the database's refusals mean: the one place where its codes become errors of the book.

LD001 key used differently · LD002 day closed · LD003 no transfers · LD004 not what the digest says
LD005 what is written stays · LD006 not of this transaction · LD007 outside its shape
LD008 day out of order · LD009 nothing to correct · LD010 transfers do not follow their entries
LD011 day too far ahead · LD012 not the mirror of what it reverses · LD013 seal out of order
LD014 seal not over the rows that are there · LD015 not under READ COMMITTED
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date

import psycopg
from sqlalchemy.exc import DBAPIError

from ledger.errors import (
    AlreadyReversed,
    BookRefused,
    DayClosed,
    DayOutOfOrder,
    EntryRefused,
    KeyUsedDifferently,
)


@contextmanager
def refusals() -> Generator[None]:
    """Turn a refusal by the database into the error that names it; other errors pass.

    Raises:
        BookRefused: the database refused by one of the book's own rules.
    """
    try:
        yield
    except DBAPIError as error:
        refusal = _meaning(error.orig)
        if refusal is None:
            raise
        raise refusal from error


def _meaning(error: BaseException | None) -> BookRefused | None:
    return _named(error) if isinstance(error, psycopg.Error) else None


def _named(error: psycopg.Error) -> BookRefused | None:
    detail = error.diag.message_detail or ""
    match error.sqlstate:
        case "LD001":
            return KeyUsedDifferently(detail)
        case "LD002":
            return DayClosed(date.fromisoformat(detail))
        case "LD008":
            return DayOutOfOrder(date.fromisoformat(detail))
        case _ if error.diag.constraint_name == "entry_reversed_once":
            return AlreadyReversed(" ".join(detail.split()))
        case str(code) if code.startswith("LD") or error.diag.schema_name == "ledger":
            return EntryRefused(error.diag.message_primary or code)
        case _:
            return None
