"""Connections of one process: bounded and impatient."""

import pytest
from sqlalchemy import text

from api.postgres.pool import open_pool
from ledger.errors import BookUnreachable


def test_statements_have_the_time_limit_of_their_role(dsn: str) -> None:
    with open_pool(dsn, connections_max=1, name="test")() as tx:
        limit = tx.execute(text("SELECT current_setting('statement_timeout')")).scalar_one()
        assert limit == "15s"
        tx.detach()


def test_the_process_shows_its_name(dsn: str) -> None:
    with open_pool(dsn, connections_max=1, name="test")() as tx:
        name = tx.execute(text("SELECT current_setting('application_name')")).scalar_one()
        assert name == "clearing test"
        tx.detach()


def test_f11_whoever_finds_no_connection_is_refused_soon(dsn: str) -> None:
    open_tx = open_pool(dsn, connections_max=1, name="test")
    with open_tx() as tx:
        with pytest.raises(BookUnreachable), open_tx():
            pass
        tx.detach()
