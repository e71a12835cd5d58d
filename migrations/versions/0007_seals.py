"""The seal of each closed day."""

import sqlalchemy as sa
from alembic import op

from migrations.loading import (
    READERS,
    ROOT,
    as_owner,
    grant,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "ledger" / "postgres" / "sql"


def upgrade() -> None:
    """Create the seals, and the one way to keep them."""
    with as_owner():
        op.create_table(
            "seal",
            sa.Column(
                "business_date",
                sa.Date,
                sa.ForeignKey("ledger.closed_day.business_date"),
                primary_key=True,
            ),
            sa.Column("sequence", sa.Integer, nullable=False, unique=True),
            sa.Column("entry_count", sa.BigInteger, nullable=False),
            sa.Column("audit_count", sa.BigInteger, nullable=False),
            sa.Column("audit_through", sa.BigInteger, nullable=False),
            sa.Column("tree_size", sa.BigInteger, nullable=False),
            sa.Column("root", sa.LargeBinary, nullable=False),
            sa.Column("previous_root", sa.LargeBinary, nullable=False),
            sa.Column("note", sa.Text(collation="C"), nullable=False),
            sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
            sa.CheckConstraint(
                "length(root) = 32 AND length(previous_root) = 32 AND length(note) <= 2000"
                " AND tree_size = 1 + entry_count + audit_count",
                name="seal_shape",
            ),
            schema="ledger",
        )
        load_sql(SQL_FOLDER, "audit_through_v1", "seal_day_v1")
        only_grows("ledger", "seal")
        grant("ledger", "SELECT", to=READERS, tables=("seal",))
        run_sql(
            "GRANT EXECUTE ON FUNCTION ledger.audit_through_v1, ledger.seal_day_v1"
            " TO clearing_recon"
        )


def downgrade() -> None:
    """Drop the seals while there are none."""
    refuse_unless_empty("ledger", "seal")
    with as_owner():
        run_sql("DROP FUNCTION ledger.seal_day_v1, ledger.audit_through_v1")
        op.drop_table("seal", schema="ledger")
