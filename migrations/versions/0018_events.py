"""What clients are told of their payments, and the addresses they are told at."""

from migrations.loading import ROOT, as_owner, load_sql, only_grows, refuse_unless_empty, run_sql

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_TABLES = (
    "client_event",
    "webhook_endpoint",
    "webhook_secret",
    "webhook_delivery",
    "webhook_try",
)


def upgrade() -> None:
    """Make the tables; nothing that is in use waits for them."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "events_v1")
        only_grows("payments", "client_event", "webhook_try")


def downgrade() -> None:
    """Drop the tables while nothing stands in them."""
    refuse_unless_empty("payments", *_TABLES)
    with as_owner():
        for name in reversed(_TABLES):
            run_sql(f"DROP TABLE payments.{name}")
