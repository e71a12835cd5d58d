"""Reconciliation: files as offered, their lines, what was matched, differences, closed days."""

from migrations.loading import (
    ROOT,
    as_owner,
    create_schema,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "reconciliation" / "postgres" / "sql"
GROWING = (
    "source",
    "statement",
    "item",
    "item_repeat",
    "match_group",
    "match_leg",
    "break_case",
    "break_residue",
    "break_event",
    "day",
    "job_run",
)


def upgrade() -> None:
    """Create the tables, what the database refuses, and the rights."""
    create_schema("reconciliation")
    with as_owner():
        load_sql(SQL_FOLDER, "tables_v1", "keep_file_v1", "add_lines_v1", "open_break_v1")
        only_grows("reconciliation", *GROWING)
        load_sql(SQL_FOLDER, "rights_v1")


def downgrade() -> None:
    """Remove reconciliation while no file came in and no day is closed."""
    refuse_unless_empty("reconciliation", "file", "day", "break_case")
    run_sql("DROP SCHEMA reconciliation CASCADE")
