"""What tests of proofs ask for: a clean book, and the same book with something planted in it."""

from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from gateways.vnpay import Vnpay
from ledger.postgres.transaction import OpenTx, Tx, transactions
from reconciliation.proofs.contract import Means
from tests.gateways.canned_partner import transport
from tests.reconciliation.proofs.book import gateway_of, make_book, means_of, seal_book

DATABASE = "clearing_proofs"


@pytest.fixture(scope="session")
def gateway() -> Iterator[Vnpay]:
    """Give the gateway of the book."""
    with transport() as open_transport:
        yield gateway_of(open_transport)


@pytest.fixture(scope="session")
def means(server: Server, gateway: Vnpay, tmp_path_factory: pytest.TempPathFactory) -> Means:
    """Make the book, once, and give what its proofs need."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("CREATE DATABASE clearing_proofs")
    migrate(server.dsn(database=DATABASE))
    open_recon_tx = transactions(_engine(server, role="clearing_recon"))
    far_side = make_book(transactions(_engine(server, role="clearing_app")), open_recon_tx, gateway)
    seals = seal_book(open_recon_tx, tmp_path_factory.mktemp("seals"))
    return means_of(gateway, far_side, seals)


@pytest.fixture(scope="session")
def open_book_tx(means: Means, server: Server) -> OpenTx:
    """Give real transactions on the book, of the role that proves it."""
    assert means.gateways
    return transactions(_engine(server, role="clearing_recon"))


@pytest.fixture
def book_tx(open_book_tx: OpenTx) -> Iterator[Tx]:
    """Give one transaction on the clean book, of the role that proves it."""
    with open_book_tx() as tx:
        yield tx


@pytest.fixture
def planting_tx(means: Means, server: Server) -> Iterator[Tx]:
    """Give a transaction of the superuser on the book, undone after the test."""
    assert means.gateways
    with _engine(server, role="").connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def _engine(server: Server, *, role: str) -> Engine:
    dsn = server.dsn(role=role, database=DATABASE) if role else server.dsn(database=DATABASE)
    return create_engine(make_url(dsn).set(drivername="postgresql+psycopg"), poolclass=NullPool)
