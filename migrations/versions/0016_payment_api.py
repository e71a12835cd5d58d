"""What a client says beside a payment, when it was cancelled, and the states of a refund.

Payments go on being opened meanwhile: the index is made under a lock nobody waits for.
"""

from alembic import op

from migrations.loading import ROOT, as_owner, load_sql, run_sql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and steps, then the index that lists one client's payments."""
    with op.get_context().autocommit_block():
        load_sql(ROOT / "payments" / "postgres" / "sql", "payment_api_v1")
        for name in ("payment_state_known", "payment_paid_at_some_time"):
            run_sql(f"ALTER TABLE payments.payment VALIDATE CONSTRAINT {name}")
        run_sql("DROP INDEX CONCURRENTLY IF EXISTS payments.payment_client")
        run_sql("CREATE INDEX CONCURRENTLY payment_client ON payments.payment (client, payment_id)")


def downgrade() -> None:
    """Take it all back while nothing was said, cancelled or refunded."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "payment_api_v1_undone")
