"""The doors: who runs the schedule."""

import sqlalchemy as sa
from alembic import op

from migrations.loading import as_owner, create_schema, grant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the lease."""
    create_schema("api")
    with as_owner():
        op.create_table(
            "lease",
            sa.Column("name", sa.Text, primary_key=True),
            sa.Column("holder", sa.Text, nullable=False),
            sa.Column("fence", sa.BigInteger, nullable=False),
            sa.Column("until", sa.DateTime(timezone=True), nullable=False),
            schema="api",
        )
        grant(
            "api",
            "SELECT, INSERT, UPDATE",
            to=("clearing_app", "clearing_recon"),
            tables=("lease",),
        )


def downgrade() -> None:
    """Drop the lease; it holds nothing worth keeping."""
    with as_owner():
        op.drop_table("lease", schema="api")
        op.execute("DROP SCHEMA api")
