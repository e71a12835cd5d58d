"""Every try to tell an authority, and when its own system is away.

Events go on being added meanwhile: the indexes are made under a lock nobody waits for.
"""

from alembic import op

from migrations.loading import (
    ROOT,
    as_owner,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "payments" / "postgres" / "sql"


def upgrade() -> None:
    """Add when to tell something again and what finds an authority's events, then both tables.

    In this order, so that a step that was interrupted can be taken again.
    """
    with op.get_context().autocommit_block():
        load_sql(SQL_FOLDER, "outbox_again_v1")
        run_sql("ALTER TABLE payments.outbox VALIDATE CONSTRAINT outbox_again_once_told")
        for name in ("outbox_again", "outbox_subscriber", "outbox_undelivered"):
            run_sql(f"DROP INDEX CONCURRENTLY IF EXISTS payments.{name}")
        run_sql(
            "CREATE INDEX CONCURRENTLY outbox_again ON payments.outbox (again_at)"
            " WHERE again_at IS NOT NULL"
        )
        run_sql(
            "CREATE INDEX CONCURRENTLY outbox_subscriber"
            " ON payments.outbox (subscriber, created_at, outbox_id)"
        )
        run_sql(
            "CREATE INDEX CONCURRENTLY outbox_undelivered"
            " ON payments.outbox (subscriber, created_at, outbox_id) WHERE delivered_at IS NULL"
        )
    with as_owner():
        load_sql(SQL_FOLDER, "deliveries_v1")
        only_grows("payments", "delivery", "outage")


def downgrade() -> None:
    """Drop the tables while nothing stands in them."""
    refuse_unless_empty("payments", "delivery", "outage")
    with as_owner():
        run_sql("DROP TABLE payments.delivery, payments.outage")
        run_sql("DROP FUNCTION payments.check_deliveries_v1()")
        run_sql("DROP INDEX payments.outbox_subscriber, payments.outbox_undelivered")
        run_sql("ALTER TABLE payments.outbox DROP COLUMN again_at")
