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

from ledger.errors import BookRefused, BookUnreachable, CommitUnknown

Tx = Connection
"""A running transaction: whoever receives one works inside it and never ends it."""

OpenTx = Callable[[], AbstractContextManager[Tx]]
"""Begins a transaction; leaving the block commits, an exception undoes everything."""

_LOST = ("08", "57P")
"""SQLSTATEs: the connection is lost, or the server shuts down."""

_BUSY = ("53", "55P03", "40001", "40P01", "57014", "25P03", "25P04")
"""SQLSTATEs: no room (disk, memory, connections), no lock in time, a deadlock or conflict that was
resolved against us, a statement or transaction that took too long."""

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

    They raise BookUnreachable when the database is away, busy or full, so that nothing was written,
    and CommitUnknown when it went away while it committed.
    """

    @contextmanager
    def open_tx() -> Generator[Tx]:
        is_committing = False
        try:
            with engine.begin() as connection:
                yield connection
                is_committing = True
        except PoolTimeout as error:
            raise BookUnreachable("every database connection is busy") from error
        except DBAPIError as error:
            if _is_lost(error):
                kind = CommitUnknown if is_committing else BookUnreachable
                raise kind(_one_line(error)) from error
            if _sqlstate(error).startswith(_BUSY):
                raise BookUnreachable(_one_line(error)) from error
            raise

    return open_tx


def _is_lost(error: DBAPIError) -> bool:
    state = _sqlstate(error)
    if not state:  # The connection could not be made, or broke before an answer.
        return isinstance(error, OperationalError | InterfaceError)
    return error.connection_invalidated or state.startswith(_LOST)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def _one_line(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())
