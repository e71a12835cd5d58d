"""What reports may read, there and back."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from migrations.loading import AS_OWNER

INI = Path(__file__).parents[3] / "alembic.ini"
SEES = text(
    "SELECT has_column_privilege('clearing_report', 'payments.obligation', 'facts', 'SELECT'),"
    " has_any_column_privilege('clearing_report', 'payments.evidence', 'SELECT'),"
    " has_table_privilege('clearing_app', 'reconciliation.day', 'SELECT'),"
    " has_table_privilege('clearing_auditor', 'api.lease', 'SELECT')"
)


def test_the_way_back_gives_back_what_was_taken_and_no_more(owner_dsn: str) -> None:
    url = make_url(owner_dsn).set(drivername="postgresql+psycopg")
    engine = create_engine(url, poolclass=NullPool, connect_args={"options": AS_OWNER})
    config = Config(str(INI))
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        assert sees(connection) == (False, False, False, True)
        command.downgrade(config, "0007")
        assert sees(connection) == (True, False, True, False)
        command.upgrade(config, "0008")
        assert sees(connection) == (False, False, False, True)


def sees(connection: Connection) -> tuple[bool, ...]:
    with connection.begin():
        return tuple(connection.execute(SEES).one())
