"""Who may push what, how much, and what became of it."""

from migrations.loading import (
    ROOT,
    as_owner,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = ("intake_refusal", "intake_result", "intake", "authority")


def upgrade() -> None:
    """Create the register of authorities and the log of what they sent."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "authorities_v1")
        only_grows("payments", "intake", "intake_result", "intake_refusal")


def downgrade() -> None:
    """Drop them while nobody is registered and nothing was said again."""
    refuse_unless_empty("payments", *TABLES)
    with as_owner():
        run_sql("REVOKE UPDATE (confirmed_at) ON payments.obligation FROM clearing_app")
        for table in TABLES:
            run_sql(f"DROP TABLE payments.{table}")
