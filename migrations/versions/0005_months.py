"""Transfers by business month, found by account, and reversals that mirror.

Posting goes on meanwhile. What takes long (indexes, looking at every row) runs under locks nobody
waits for; what needs the table alone takes a moment, and gives up and tries again rather than let
anybody queue behind it. Stopped half-way, it starts over where it was.
"""

import time
from collections.abc import Callable
from datetime import date
from typing import Final, LiteralString

import psycopg
import sqlalchemy as sa
from alembic import op
from psycopg import sql
from sqlalchemy.exc import OperationalError

from migrations.loading import (
    READERS,
    ROOT,
    as_owner,
    grant,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "ledger" / "postgres" / "sql"
OLD: Final = "transfer_before_months"
"""The table of before, the first part of the new one."""
ALONE_MS: Final = 300
TRIES_MAX: Final = 200
PAUSE_S: Final = 1
INDEXES: Final[tuple[tuple[str, LiteralString, LiteralString], ...]] = (
    ("pkey", "UNIQUE", "(entry_id, ordinal, business_date)"),
    ("by_debit", "", "(debit_account_id, business_date) INCLUDE (amount_vnd)"),
    ("by_credit", "", "(credit_account_id, business_date) INCLUDE (amount_vnd)"),
)


def upgrade() -> None:
    """Index what is there, make it the first part of the new table, and open months ahead."""
    until = _first_month()
    _alone(lambda: _bound_every_row(until))
    with op.get_context().autocommit_block():
        run_sql("ALTER TABLE ledger.transfer VALIDATE CONSTRAINT before_months")
        _index_every_row()
    with as_owner():
        load_sql(SQL_FOLDER, "guard_month_v1", "open_months_v1")
    _alone(lambda: _swap(until))
    with as_owner():
        load_sql(SQL_FOLDER, "post_entries_v2", "post_entries_v1_by_v2")
        load_sql(SQL_FOLDER, "close_day_v2", "close_day_v1_by_v2")
        run_sql("GRANT EXECUTE ON FUNCTION ledger.post_entries_v2 TO clearing_app, clearing_recon")
        run_sql(
            "GRANT EXECUTE ON FUNCTION ledger.open_months_v1, ledger.close_day_v2 TO clearing_recon"
        )
        run_sql("DO $$ BEGIN PERFORM ledger.open_months_v1(current_date + 60); END $$")


def downgrade() -> None:
    """Return to one table while the book is empty."""
    refuse_unless_empty("ledger", "entry", "closed_day")
    with as_owner():
        run_sql(
            "DROP TRIGGER check_entries ON ledger.entry;"
            " DROP FUNCTION ledger.check_entries_v2, ledger.post_entries_v1,"
            " ledger.post_entries_v2, ledger.open_months_v1, ledger.guard_month_v1,"
            " ledger.is_mirror_v1, ledger.close_day_v1, ledger.close_day_v2;"
            " DROP TABLE ledger.transfer, ledger.month;"
            " DROP INDEX ledger.entry_reversed_once"
        )
        run_sql(
            "CREATE TABLE ledger.transfer (entry_id bigint, amount_vnd bigint NOT NULL,"
            " debit_account_id integer NOT NULL, credit_account_id integer NOT NULL,"
            " business_date date NOT NULL, ordinal smallint,"
            ' batch text COLLATE "C" NOT NULL, PRIMARY KEY (entry_id, ordinal),'
            " CONSTRAINT transfer_of_something_to_another CHECK (amount_vnd BETWEEN 1 AND"
            " 9007199254740991 AND ordinal > 0 AND debit_account_id <> credit_account_id));"
            " CREATE INDEX transfer_by_day ON ledger.transfer USING brin (business_date)"
            " WITH (pages_per_range = 32, autosummarize = on);"
            " CREATE TRIGGER check_transfers AFTER INSERT ON ledger.transfer"
            " REFERENCING NEW TABLE AS added"
            " FOR EACH STATEMENT EXECUTE FUNCTION ledger.check_transfers_v1();"
            " ALTER TABLE ledger.transfer ENABLE ALWAYS TRIGGER check_transfers"
        )
        load_sql(SQL_FOLDER, "check_entries_v1", "post_entries_v1", "close_day_v1")
        only_grows("ledger", "transfer")
        grant("ledger", "SELECT", to=READERS, tables=("transfer",))
        run_sql("GRANT EXECUTE ON FUNCTION ledger.post_entries_v1 TO clearing_app, clearing_recon")
        run_sql("GRANT EXECUTE ON FUNCTION ledger.close_day_v1 TO clearing_recon")


def _first_month() -> date:
    """Return where months begin: this one for an empty book, later than anything posted else."""
    found = (
        "SELECT CAST(date_trunc('month', coalesce("
        "(SELECT greatest(max(business_date), current_date) FROM ledger.transfer"
        " HAVING count(*) > 0) + interval '2 months', current_date)) AS date)"
    )
    day: date = op.get_bind().execute(sa.text(found)).scalar_one()
    return day


def _bound_every_row(until: date) -> None:
    """Promise that every row is before the first month, so that attaching need not look."""
    run_sql(
        sql.SQL(
            "ALTER TABLE ledger.transfer DROP CONSTRAINT IF EXISTS before_months,"
            " ADD CONSTRAINT before_months CHECK"
            " (business_date >= '2000-01-01' AND business_date < {}) NOT VALID"
        ).format(sql.Literal(until))
    )


def _index_every_row() -> None:
    for name, unique, columns in INDEXES:
        made = sql.Identifier("ledger", f"{OLD}_{name}")
        # One that was interrupted is there and invalid.
        run_sql(sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(made))
        run_sql(
            sql.SQL("CREATE {} INDEX CONCURRENTLY {} ON ledger.transfer {}").format(
                sql.SQL(unique), sql.Identifier(f"{OLD}_{name}"), sql.SQL(columns)
            )
        )
    run_sql("DROP INDEX CONCURRENTLY IF EXISTS ledger.entry_reversed_once")
    run_sql(
        "CREATE UNIQUE INDEX CONCURRENTLY entry_reversed_once ON ledger.entry (corrects_entry_id)"
        " WHERE movement = 'reversed'"
    )


def _swap(until: date) -> None:
    """Put the new table in the place of the old one, and the old one into the new."""
    with as_owner():
        run_sql(
            sql.SQL(
                "LOCK TABLE ledger.entry, ledger.transfer IN ACCESS EXCLUSIVE MODE;"
                " ALTER TABLE ledger.transfer RENAME TO {old};"
                " ALTER TABLE ledger.{old} DROP CONSTRAINT transfer_pkey,"
                " ADD CONSTRAINT {old_key} PRIMARY KEY USING INDEX {old_key};"
                " ALTER INDEX ledger.transfer_by_day RENAME TO {old_by_day};"
                " CREATE TABLE ledger.transfer (LIKE ledger.{old}) PARTITION BY RANGE"
                " (business_date);"
                " ALTER TABLE ledger.transfer ADD PRIMARY KEY (entry_id, ordinal, business_date),"
                " ADD CONSTRAINT transfer_of_something_to_another CHECK (amount_vnd BETWEEN 1 AND"
                " 9007199254740991 AND ordinal > 0 AND debit_account_id <> credit_account_id);"
                " CREATE INDEX transfer_by_day ON ledger.transfer USING brin (business_date)"
                " WITH (pages_per_range = 32, autosummarize = on);"
                " CREATE INDEX transfer_by_debit ON ledger.transfer"
                " (debit_account_id, business_date) INCLUDE (amount_vnd);"
                " CREATE INDEX transfer_by_credit ON ledger.transfer"
                " (credit_account_id, business_date) INCLUDE (amount_vnd);"
                " ALTER TABLE ledger.transfer ATTACH PARTITION ledger.{old}"
                " FOR VALUES FROM ('2000-01-01') TO ({until});"
                " ALTER TABLE ledger.{old} DROP CONSTRAINT before_months;"
                " CREATE TABLE ledger.month (from_day date PRIMARY KEY,"
                " until_day date NOT NULL UNIQUE,"
                " opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),"
                " CONSTRAINT month_of_days CHECK (from_day < until_day));"
                " INSERT INTO ledger.month (from_day, until_day) VALUES ('2000-01-01', {until});"
                " SELECT ledger.guard_month_v1('transfer');"
            ).format(
                old=sql.Identifier(OLD),
                old_key=sql.Identifier(f"{OLD}_pkey"),
                old_by_day=sql.Identifier(f"{OLD}_by_day"),
                until=sql.Literal(until),
            )
        )
        load_sql(SQL_FOLDER, "is_mirror_v1", "check_entries_v2")
        only_grows("ledger", "month")
        grant("ledger", "SELECT", to=READERS, tables=("transfer", "month"))


def _alone(step: Callable[[], None]) -> None:
    """Take a step that needs a table alone, giving up quickly and often instead of blocking."""
    for attempt in range(1, TRIES_MAX + 1):
        try:
            with op.get_bind().begin_nested():
                run_sql(f"SET LOCAL lock_timeout = {ALONE_MS}")
                step()
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable) or attempt == TRIES_MAX:
                raise
            time.sleep(PAUSE_S)
        else:
            return
