"""Payments: what is owed, who pays it, each try at a gateway, every word of a partner."""

from migrations.loading import (
    ROOT,
    as_owner,
    create_schema,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "payments" / "postgres" / "sql"


def upgrade() -> None:
    """Create the tables, the state tables, what the database refuses, and the rights."""
    create_schema("payments")
    with as_owner():
        load_sql(SQL_FOLDER, "tables_v1", "state_steps_v1", "reconcilable_v1")
        load_sql(SQL_FOLDER, "keep_identity_v1", "keep_rows_v1")
        load_sql(SQL_FOLDER, "check_lines_v1", "check_steps_v1", "follow_history_v1")
        only_grows(
            "payments",
            "payment_line",
            "evidence",
            "state_step",
            "step",
            "capture",
            "acknowledgement",
        )
        load_sql(SQL_FOLDER, "rights_v1")


def downgrade() -> None:
    """Remove payments while nobody has opened one and nothing was heard."""
    refuse_unless_empty("payments", "payment", "evidence")
    run_sql("DROP SCHEMA payments CASCADE")
