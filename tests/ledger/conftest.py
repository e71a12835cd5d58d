"""Transactions of the role that closes days, and of others where a test tries what it may not."""

from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from ledger.postgres.transaction import OpenTx, Tx, transactions


@pytest.fixture
def recon_tx(owner_tx: Tx) -> Tx:
    """Give a transaction of the role that posts and closes, undone after the test."""
    owner_tx.execute(text("SET LOCAL ROLE clearing_recon"))
    return owner_tx


@pytest.fixture
def open_recon_tx(server: Server, database: str) -> Iterator[OpenTx]:
    """Give real transactions of that role on the test's own database."""
    url = make_url(server.dsn(role="clearing_recon", database=database))
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    yield transactions(engine)
    engine.dispose()
