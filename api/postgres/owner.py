"""Transactions of the owner, for what only a release or an act of the same weight may do."""

from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from api.postgres.prepare import database_at
from ledger.postgres.transaction import OpenTx, transactions
from migrations.loading import AS_OWNER


def open_owner(dsn: str) -> OpenTx:
    """Return the way to transactions of `clearing_owner`, whom the role in `dsn` becomes.

    Raises:
        DatabaseRefused: it is no address of a database.
    """
    database_at(dsn)
    engine = create_engine(
        make_url(dsn).set(drivername="postgresql+psycopg"),
        poolclass=NullPool,
        isolation_level="READ COMMITTED",
        connect_args={"options": AS_OWNER, "application_name": "clearing owner"},
    )
    return transactions(engine)
