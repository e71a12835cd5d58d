"""A book in use goes over to months: what it holds comes along, and posting never stops."""

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from api.postgres.embedded import Server
from api.postgres.migrate import migrate
from ledger.accounts import Account, AccountKind
from ledger.digest import digest_of
from ledger.money import Money
from ledger.postgres.balances import balance
from ledger.postgres.post import post_entries
from ledger.postgres.proof_rows import entries_not_as_written, transfers_without_entry
from tests.ledger.samples import DAY, capture

INI = Path(__file__).parents[3] / "alembic.ini"
NAME = "clearing_migrating_months"
STORED = 500
POSTED_WHILE_WAITING = 50
FORMER_POST = text(
    "SELECT ledger.post_entries_v1(ARRAY['captured'], ARRAY[:key], ARRAY[CAST(:day AS date)],"
    " ARRAY[:source], ARRAY[CAST(NULL AS text)], ARRAY[CAST(:digest AS bytea)], ARRAY[1],"
    " ARRAY['receivable:vnpay'], ARRAY['payable:kbnn-0011'], ARRAY[750000],"
    " ARRAY[:batch])"
)


@pytest.fixture
def engine(server: Server) -> Generator[Engine]:
    """Give a superuser's connections to a database of the release before."""
    url = make_url(server.dsn()).set(drivername="postgresql+psycopg")
    administer = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with administer.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {NAME}"))
    migrate(server.dsn(database=NAME), revision="0004")
    yield create_engine(url.set(database=NAME), poolclass=NullPool)
    with administer.connect() as connection:
        connection.execute(text(f"DROP DATABASE {NAME} WITH (FORCE)"))


def former_post(connection: Connection, number: int, *, day: date = DAY) -> None:
    """Post as a process of the release before does, which may wait two seconds at most."""
    entry = capture(number, day=day)
    connection.execute(text("SET lock_timeout = '2s'"))
    connection.execute(
        FORMER_POST,
        {
            "key": entry.key,
            "day": day,
            "source": entry.source,
            "digest": digest_of(entry),
            "batch": entry.transfers[0].batch,
        },
    )
    connection.commit()


def test_a_book_goes_over_to_months_while_others_read_long_and_post(
    engine: Engine, server: Server
) -> None:
    with engine.connect() as poster, engine.connect() as reader:
        for number in range(STORED):
            former_post(poster, number)
        with ThreadPoolExecutor() as aside:
            reader.execute(text("SELECT count(*) FROM ledger.transfer"))
            moving = aside.submit(migrate, server.dsn(database=NAME))
            posted = STORED
            pause = threading.Event()
            # The reader keeps the table until the swap was tried and much was posted meanwhile.
            while posted < STORED + POSTED_WHILE_WAITING:
                former_post(poster, posted)
                posted += 1
                pause.wait(0.03)
            assert not moving.done()
            reader.rollback()
            while not moving.done():
                former_post(poster, posted)
                posted += 1
            moving.result()
        former_post(poster, posted)
    with engine.connect() as connection:
        post_entries(connection, [capture(posted + 1)])
        found = balance(connection, Account(AccountKind.RECEIVABLE, "vnpay"))
        assert found.net == Money(750_000 * (posted + 2))
        assert entries_not_as_written(connection) == []
        assert transfers_without_entry(connection) == []
        assert (
            connection.execute(
                text("SELECT count(*) FROM ledger.transfer_before_months")
            ).scalar_one()
            == posted + 2
        )


def test_entries_far_ahead_come_along(engine: Engine, server: Server) -> None:
    far = date.today() + timedelta(days=200)  # noqa: DTZ011 (any day far ahead will do)
    with engine.connect() as connection:
        former_post(connection, 1, day=far)
    migrate(server.dsn(database=NAME))
    with engine.connect() as connection:
        assert entries_not_as_written(connection) == []
        post_entries(connection, [capture(2, day=far)])


def test_an_empty_book_goes_up_and_down_and_up_again(engine: Engine) -> None:
    with engine.connect() as connection:
        config = Config(str(INI))
        config.attributes["connection"] = connection
        for _ in range(2):
            command.upgrade(config, "0005")
            command.downgrade(config, "0004")
        former_post(connection, 1)
