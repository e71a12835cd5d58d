"""The tables of payments: whose they are, what guards them, and no way back over anything kept."""

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
PAYMENT = text(
    """
    INSERT INTO payments.payment (
        number, handle_hash, state, version, amount_vnd, priced_on, language, client, created_at,
        expires_at
    ) VALUES (
        'A', sha256('A'), 'created', 0, 1, '2026-03-11', 'vi', 'A', '2026-03-11 00:00Z',
        '2026-03-11 00:15Z'
    )
    """
)
OF_OTHERS = text(
    """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'payments'::regnamespace
        AND pg_get_userbyid(relowner) <> 'clearing_owner'
    UNION ALL
    SELECT proname FROM pg_proc
    WHERE pronamespace = 'payments'::regnamespace AND (
        pg_get_userbyid(proowner) <> 'clearing_owner'
        -- Triggers that keep what stood before: nobody else may write such rows, so they may.
        OR prosecdef AND proname NOT IN ('keep_step_v1', 'keep_version_v1')
        OR has_function_privilege('public', pg_proc.oid, 'EXECUTE')
        OR NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
    )
    UNION ALL
    SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'payments'::regnamespace AND NOT tgisinternal AND tgenabled <> 'A'
    """
)


@pytest.fixture
def empty(server: Server) -> Generator[Connection]:
    """Give a superuser's connection to a database of its own without anything in it."""
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    engine = create_engine(url.set(database="clearing_migrating_payments"), poolclass=NullPool)
    with administer.connect() as connection:
        connection.execute(text("CREATE DATABASE clearing_migrating_payments"))
        with engine.connect() as migrating:
            yield migrating
        connection.execute(text("DROP DATABASE clearing_migrating_payments WITH (FORCE)"))


def config(connection: Connection) -> Config:
    """Return what alembic reads to work on this connection."""
    found = Config(str(INI))
    found.attributes["connection"] = connection
    return found


def test_all_of_it_belongs_to_the_owner_and_is_guarded(owner_tx: Connection):
    assert owner_tx.execute(OF_OTHERS).scalars().all() == []


def test_payments_go_up_and_down_and_up_again(empty: Connection):
    for _ in range(2):
        with empty.begin():
            command.upgrade(config(empty), "0002")
        with empty.begin():
            command.downgrade(config(empty), "0001")
            assert empty.execute(text("SELECT to_regnamespace('payments')")).scalar_one() is None


def test_there_is_no_way_back_over_a_single_payment(empty: Connection):
    with empty.begin():
        command.upgrade(config(empty), "0002")
        empty.execute(PAYMENT)
    with pytest.raises(MigrationRefused, match=r"payments\.payment is not empty"), empty.begin():
        command.downgrade(config(empty), "0001")
    assert empty.execute(text("SELECT count(*) FROM payments.payment")).scalar_one() == 1
