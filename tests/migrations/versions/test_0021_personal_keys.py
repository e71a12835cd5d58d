"""Sealing anew, there and back: without it not even the owner exchanges a seal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from ledger.postgres.transaction import OpenTx
from migrations.loading import AS_OWNER
from payments.postgres.reseal_rows import allow_resealing
from tests.payments.changing import changed, correct
from tests.payments.owed import fine, push

INI = Path(__file__).parents[3] / "alembic.ini"


@pytest.fixture
def connection(owner_dsn: str) -> Iterator[Connection]:
    """Give a connection that migrates."""
    url = make_url(owner_dsn).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": AS_OWNER})
    with engine.connect() as opened:
        yield opened


def may_reseal(connection: Connection) -> list[bool]:
    tried: list[bool] = []
    for table in ("obligation", "obligation_version"):
        with connection.begin() as transaction:
            allow_resealing(connection)
            # Another seal than before, whatever that was.
            sealed = text(f"UPDATE payments.{table} SET sealed = sha256(sealed)")  # noqa: S608 (our own names)
            try:
                connection.execute(sealed)
                tried.append(True)
            except DBAPIError:
                tried.append(False)
            transaction.rollback()
    return tried


def test_the_guards_go_back_and_forth(connection: Connection, open_tx: OpenTx) -> None:
    with open_tx() as tx:
        push(tx, fine())
        changed(tx, correct(4_000_000))
    config = Config(str(INI))
    config.attributes["connection"] = connection
    assert may_reseal(connection) == [True, True]
    for target, may in (("0020", [False, False]), ("0021", [True, True])):
        (command.downgrade if target == "0020" else command.upgrade)(config, target)
        assert may_reseal(connection) == may
