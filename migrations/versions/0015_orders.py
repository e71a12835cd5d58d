"""Orders of agency systems in the portal's dialect, and who asked to be told of a decision."""

from migrations.loading import ROOT, as_owner, load_sql, only_grows, refuse_unless_empty, run_sql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables; nothing that is in use waits for them."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "orders_v1")
        only_grows("payments", "agency_order")


def downgrade() -> None:
    """Take both tables away while nobody is waited for."""
    with as_owner():
        refuse_unless_empty("payments", "agency_order", "decision_watch")
        run_sql("DROP TABLE payments.agency_order; DROP TABLE payments.decision_watch")
