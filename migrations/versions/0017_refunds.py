"""Money back to the payer: proposed, approved by somebody else, ordered, and known."""

from migrations.loading import ROOT, as_owner, load_sql, refuse_unless_empty

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "payments" / "postgres" / "sql"


def upgrade() -> None:
    """Add refunds; nobody waits for a table that is new."""
    with as_owner():
        load_sql(SQL_FOLDER, "refunds_v1")


def downgrade() -> None:
    """Take them back while there is none."""
    refuse_unless_empty("payments", "refund")
    with as_owner():
        load_sql(SQL_FOLDER, "refunds_v1_undone")
