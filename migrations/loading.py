"""What every migration needs: the right owner, SQL files, and tables that only grow.

A package's first migration does, in this order:

    create_schema("payments", readers=READERS)
    with as_owner():
        op.create_table(...)                                  # owned by clearing_owner
        load_sql(SQL_FOLDER, "refuse_step_v1", "...")         # functions and their triggers
        only_grows("payments", "evidence", "acknowledgement") # refuse UPDATE, DELETE, TRUNCATE
        grant("payments", "SELECT, INSERT", to=("clearing_app",), tables=("evidence",))
"""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from alembic import op
from psycopg import sql

OWNER: Final = "clearing_owner"
AS_OWNER: Final = f"-c role={OWNER}"
"""Option of a connection that migrates: the owner from the start, and after every RESET ROLE."""
WRITERS: Final = ("clearing_app", "clearing_recon")
READERS: Final = ("clearing_app", "clearing_recon", "clearing_report", "clearing_auditor")
RIGHTS: Final = {
    "SELECT": sql.SQL("SELECT"),
    "INSERT": sql.SQL("INSERT"),
    "UPDATE": sql.SQL("UPDATE"),
    "DELETE": sql.SQL("DELETE"),
}
ROOT: Final = Path(__file__).resolve().parent.parent


class MigrationRefused(Exception):
    """A step that would lose something, or cannot be taken here; the message is one line."""


def run_sql(statement: str | sql.Composable) -> None:
    """Run a statement as it stands: no placeholders, so colons and percent signs are plain."""
    text = statement if isinstance(statement, str) else statement.as_string(None)
    op.get_bind().exec_driver_sql(text, execution_options={"no_parameters": True})


@contextmanager
def as_owner() -> Generator[None]:
    """Create what is created inside as `clearing_owner`, who owns everything of ours."""
    run_sql(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
    yield
    run_sql("RESET ROLE")


def create_schema(name: str, *, readers: tuple[str, ...] = READERS) -> None:
    """Create a package's schema for the owner and let `readers` look into it."""
    schema = sql.Identifier(name)
    run_sql(
        sql.SQL("CREATE SCHEMA {} AUTHORIZATION {}").format(schema, sql.Identifier(OWNER)),
    )
    with as_owner():
        run_sql(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(schema, _roles(readers)))


def load_sql(folder: Path, *names: str) -> None:
    """Run the files `<name>.sql` of a folder, in the order given."""
    for name in names:
        run_sql((folder / f"{name}.sql").read_text(encoding="utf-8"))


def only_grows(schema: str, *tables: str) -> None:
    """Refuse UPDATE, DELETE and TRUNCATE on these tables to everyone, the owner too."""
    for table in tables:
        run_sql(
            sql.SQL(
                "CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change_v1();"
                " ALTER TABLE {table} ENABLE ALWAYS TRIGGER refuse_change",
            ).format(table=sql.Identifier(schema, table)),
        )


def grant(schema: str, rights: str, *, to: tuple[str, ...], tables: tuple[str, ...]) -> None:
    """Give roles rights such as `SELECT, INSERT` on tables."""
    run_sql(
        sql.SQL("GRANT {} ON {} TO {}").format(
            sql.SQL(", ").join(RIGHTS[right] for right in rights.split(", ")),
            sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables),
            _roles(to),
        ),
    )


def refuse_unless_empty(schema: str, *tables: str) -> None:
    """Refuse to go back while one of these tables holds a row.

    Raises:
        MigrationRefused: there is something to lose.
    """
    for table in tables:
        found = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(schema, table))
        if op.get_bind().exec_driver_sql(found.as_string(None)).scalar_one():
            raise MigrationRefused(f"{schema}.{table} is not empty: going back would lose it")


def _roles(names: tuple[str, ...]) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(name) for name in names)
