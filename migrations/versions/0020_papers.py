"""What became of a proof, and the receipts of agencies beside it."""

from migrations.loading import ROOT, as_owner, load_sql, only_grows, refuse_unless_empty, run_sql

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_TABLES = ("acknowledgement_turn", "state_receipt", "state_receipt_cancelled")


def upgrade() -> None:
    """Make the tables; nothing that is in use waits for them."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "papers_v1")
        only_grows("payments", *_TABLES)


def downgrade() -> None:
    """Take the tables away while nothing was said in them."""
    with as_owner():
        refuse_unless_empty("payments", *_TABLES)
        for name in reversed(_TABLES):
            run_sql(f"DROP TABLE payments.{name}")
