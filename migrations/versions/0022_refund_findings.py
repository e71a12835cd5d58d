"""Two people may end a refund of which its gateway says nothing.

Refunds wait while their new trigger is put in place; not one row is read.
"""

from migrations.loading import ROOT, as_owner, load_sql, only_grows, refuse_unless_empty, run_sql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of findings, and let nothing less than two end a refund."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "refund_findings_v1")
        only_grows("payments", "refund_finding")


def downgrade() -> None:
    """Take it away while nobody found anything."""
    with as_owner():
        refuse_unless_empty("payments", "refund_finding")
        run_sql("DROP TRIGGER check_finding ON payments.refund")
        run_sql("DROP FUNCTION payments.check_finding_v1()")
        run_sql("DROP TABLE payments.refund_finding")
