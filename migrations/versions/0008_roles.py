"""What reports may read: sums, states and dates, and nothing that leads to a person."""

from migrations.loading import ROOT, as_owner, load_sql, run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take from reports what names somebody; the roles themselves come with the preparation."""
    with as_owner():
        for package in ("payments", "reconciliation"):
            load_sql(ROOT / package / "postgres" / "sql", "report_rights_v1")


def downgrade() -> None:
    """Let reports read as before."""
    with as_owner():
        run_sql(
            "GRANT SELECT ON ALL TABLES IN SCHEMA payments TO clearing_report;"
            " REVOKE SELECT ON payments.evidence, payments.idempotency FROM clearing_report;"
            " GRANT SELECT ON reconciliation.item, reconciliation.break_event TO clearing_report"
        )
