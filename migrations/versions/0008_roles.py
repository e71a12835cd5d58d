"""What reports, payments and auditors may read: nobody more than they need, auditors everything."""

from migrations.loading import ROOT, as_owner, grant, load_sql, run_sql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Take away what a role need not read; the roles themselves come with the preparation."""
    with as_owner():
        for package in ("payments", "reconciliation"):
            load_sql(ROOT / package / "postgres" / "sql", "read_rights_v1")
        grant("api", "SELECT", to=("clearing_auditor",), tables=("lease",))


def downgrade() -> None:
    """Let everybody read as before."""
    with as_owner():
        run_sql(
            "GRANT SELECT ON ALL TABLES IN SCHEMA payments TO clearing_report;"
            " REVOKE SELECT ON payments.evidence, payments.idempotency FROM clearing_report;"
            " GRANT SELECT ON reconciliation.item, reconciliation.break_event TO clearing_report;"
            " GRANT SELECT ON ALL TABLES IN SCHEMA reconciliation TO clearing_app;"
            " REVOKE SELECT ON api.lease FROM clearing_auditor"
        )
