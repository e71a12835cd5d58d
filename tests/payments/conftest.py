"""Transactions of the role that closes days, for tests of money that comes after it did."""

from collections.abc import Generator

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from ledger.postgres.transaction import OpenTx, transactions


@pytest.fixture
def open_recon_tx(server: Server, database: str) -> Generator[OpenTx]:
    """Give real transactions of that role on the test's own database."""
    url = make_url(server.dsn(role="clearing_recon", database=database))
    engine = create_engine(url.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    yield transactions(engine)
    engine.dispose()
