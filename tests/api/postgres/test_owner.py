"""The migrator becomes the owner, and nobody else does."""

import pytest
from sqlalchemy import text

from api.postgres.embedded import Server
from api.postgres.errors import DatabaseRefused
from api.postgres.owner import open_owner
from ledger.errors import BookUnreachable


def test_the_migrator_speaks_as_the_owner(server: Server, shared_database: str):
    with open_owner(server.dsn(role="clearing_migrator", database=shared_database))() as tx:
        assert tx.scalar(text("SELECT current_user")) == "clearing_owner"


def test_nobody_else_does(server: Server, shared_database: str):
    as_app = open_owner(server.dsn(role="clearing_app", database=shared_database))
    with pytest.raises(BookUnreachable, match="clearing_owner"), as_app():
        pass


def test_what_is_no_address_is_refused():
    with pytest.raises(DatabaseRefused):
        open_owner("elsewhere")
