"""The life of obligations: what was paid before has its step, and nothing kept is lost again."""

from collections.abc import Generator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from migrations.loading import MigrationRefused

INI = Path(__file__).parents[3] / "alembic.ini"
PAID = text(
    """
    WITH account AS (
        INSERT INTO payments.beneficiary VALUES ('kbnn', 'KBNN', '7111', 'KBNN', 'kbnn')
        RETURNING code
    )
    INSERT INTO payments.obligation (
        provider, kind, number, number_shown, facts, beneficiary, status, pushed_at
    )
    SELECT 'csgt', 'demand', number, number, '{}', code, status, '2026-03-11 00:00Z'
    FROM account, (VALUES ('1', 'paid'), ('2', 'open')) AS pushed (number, status)
    """
)
STEPS = text(
    """
    SELECT obligation.number, step.from_status, step.to_status FROM payments.obligation_step AS step
    JOIN payments.obligation USING (obligation_id)
    """
)


@pytest.fixture
def empty(server: Server) -> Generator[Connection]:
    """Give a superuser's connection to a database of its own without anything in it."""
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    engine = create_engine(url.set(database="clearing_migrating_life"), poolclass=NullPool)
    with administer.connect() as connection:
        connection.execute(text("CREATE DATABASE clearing_migrating_life"))
        with engine.connect() as migrating:
            yield migrating
        connection.execute(text("DROP DATABASE clearing_migrating_life WITH (FORCE)"))


def config(connection: Connection) -> Config:
    """Return what alembic reads to work on this connection."""
    found = Config(str(INI))
    found.attributes["connection"] = connection
    return found


def upgrade(connection: Connection, to: str) -> None:
    """Go up; some steps commit by themselves, so nothing is begun here."""
    command.upgrade(config(connection), to)
    connection.commit()


def test_it_goes_up_and_down_and_up_again(empty: Connection):
    for _ in range(2):
        upgrade(empty, "0012")
        command.downgrade(config(empty), "0011")
        empty.commit()


def test_what_was_paid_before_has_its_step_and_there_is_no_way_back_over_it(empty: Connection):
    upgrade(empty, "0011")
    empty.execute(PAID)
    empty.commit()
    upgrade(empty, "0012")
    assert [tuple(row) for row in empty.execute(STEPS)] == [("1", "open", "paid")]
    empty.commit()
    with pytest.raises(MigrationRefused):
        command.downgrade(config(empty), "0011")
