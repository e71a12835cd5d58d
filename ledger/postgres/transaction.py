"""Where a transaction begins and ends: the only place in the program."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from ledger.errors import BookRefused, BookUnreachable

Tx = Connection
"""A running transaction: whoever receives one works inside it and never ends it."""

OpenTx = Callable[[], AbstractContextManager[Tx]]
"""Begins a transaction; leaving the block commits, an exception undoes everything."""

_AWAY = ("08", "57P", "53", "55P03")
"""SQLSTATEs: connection lost, shutting down, no room (disk, memory, connections), no lock."""

FAULTS = (
    DataError,
    IntegrityError,
    InternalError,
    ProgrammingError,
    BookRefused,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
"""What one thing of many may fail with while the others pass; not that the database is away."""


@contextmanager
def alone(tx: Tx) -> Generator[None]:
    """Let what fails inside be undone alone, so that the transaction can go on."""
    with tx.begin_nested():
        yield


def transactions(engine: Engine) -> OpenTx:
    """Return the way to open transactions on this engine, READ COMMITTED.

    They raise BookUnreachable when the database is away, has no connection free or no room left.
    """

    @contextmanager
    def open_tx() -> Generator[Tx]:
        try:
            with engine.begin() as connection:
                yield connection
        except PoolTimeout as error:
            raise BookUnreachable("every database connection is busy") from error
        except DBAPIError as error:
            if _is_away(error):
                raise BookUnreachable(_one_line(error)) from error
            raise

    return open_tx


def _is_away(error: DBAPIError) -> bool:
    state = getattr(error.orig, "sqlstate", None)
    if state is None:  # The connection could not be made, or broke before an answer.
        return isinstance(error, OperationalError | InterfaceError)
    return error.connection_invalidated or str(state).startswith(_AWAY)


def _one_line(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
