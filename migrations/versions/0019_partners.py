"""Who may speak at the door of partners: names, keys, rights and shares."""

from migrations.loading import ROOT, as_owner, load_sql, refuse_unless_empty, run_sql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("partner_signing_key", "partner_key", "partner")


def upgrade() -> None:
    """Make the register; nothing that is in use waits for it."""
    with as_owner():
        load_sql(ROOT / "api" / "postgres" / "sql", "partners_v1")


def downgrade() -> None:
    """Drop it while nobody is registered."""
    refuse_unless_empty("api", *TABLES)
    with as_owner():
        for table in TABLES:
            run_sql(f"DROP TABLE api.{table}")
