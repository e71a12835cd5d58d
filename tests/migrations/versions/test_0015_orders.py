"""Orders and watches, there and back: never back over a row that would be lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from migrations.loading import AS_OWNER, MigrationRefused

INI = Path(__file__).parents[3] / "alembic.ini"
WATCH = text(
    "INSERT INTO payments.decision_watch"
    " (number, fact_index, address_index, device_index, sealed, seal_place, made_at, expires_at,"
    " next_at) VALUES ('1', '', '', '', '', 'here', now(), now(), now())"
)


@pytest.fixture
def connection(owner_dsn: str) -> Iterator[Connection]:
    """Give a connection that migrates."""
    url = make_url(owner_dsn).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": AS_OWNER})
    with engine.connect() as opened:
        yield opened


def configured(connection: Connection) -> Config:
    config = Config(str(INI))
    config.attributes["connection"] = connection
    return config


def test_empty_tables_go_and_come_back(connection: Connection) -> None:
    command.downgrade(configured(connection), "0014")
    assert connection.scalar(text("SELECT to_regclass('payments.agency_order')")) is None
    connection.rollback()
    command.upgrade(configured(connection), "0015")
    assert connection.scalar(text("SELECT to_regclass('payments.decision_watch')")) is not None


def test_going_back_over_a_watch_is_refused(connection: Connection) -> None:
    with connection.begin():
        connection.execute(WATCH)
    with pytest.raises(MigrationRefused, match="decision_watch"):
        command.downgrade(configured(connection), "0014")
