"""What tests of reconciliation may ask for: transactions of the role that matches and closes."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from ledger.postgres.transaction import OpenTx, Tx, transactions

RECON_ROLE = "clearing_recon"


@pytest.fixture(scope="session")
def recon_engine(server: Server, shared_database: str) -> Iterator[Engine]:
    """Give connections of the matching role to the shared database."""
    engine = _engine(server.dsn(role=RECON_ROLE, database=shared_database))
    yield engine
    engine.dispose()


@pytest.fixture
def recon_tx(recon_engine: Engine) -> Iterator[Tx]:
    """Give a transaction of the matching role that is undone after the test."""
    with recon_engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


@pytest.fixture
def open_owner_tx(owner_dsn: str) -> Iterator[OpenTx]:
    """Give real transactions of the superuser, who alone can plant what proofs must find."""
    engine = _engine(owner_dsn)
    yield transactions(engine)
    engine.dispose()


def _engine(dsn: str) -> Engine:
    return create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)
