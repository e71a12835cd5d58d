"""Where a transaction begins and ends: the only place in the program."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy import Connection, Engine

Tx = Connection
"""A running transaction: whoever receives one works inside it and never ends it."""

OpenTx = Callable[[], AbstractContextManager[Tx]]
"""Begins a transaction; leaving the block commits, an exception undoes everything."""


def transactions(engine: Engine) -> OpenTx:
    """Return the way to open transactions on this engine, READ COMMITTED."""

    @contextmanager
    def open_tx() -> Iterator[Tx]:
        with engine.begin() as connection:
            yield connection

    return open_tx
