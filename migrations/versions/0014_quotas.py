"""How often who tried, counted over all processes.

The table is unlogged: counting costs no disk, a restart keeps it, a crash empties it.
"""

import sqlalchemy as sa
from alembic import op

from migrations.loading import as_owner, grant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the counts."""
    with as_owner():
        op.create_table(
            "quota",
            sa.Column("key", sa.LargeBinary, primary_key=True),
            sa.Column("tries", sa.Integer, nullable=False),
            sa.Column("tries_max", sa.Integer, nullable=False),
            sa.Column("until", sa.DateTime(timezone=True), nullable=False),
            sa.CheckConstraint("octet_length(key) = 16", name="quota_key_is_a_digest"),
            sa.CheckConstraint("tries >= 0", name="quota_tries_count"),
            schema="api",
            prefixes=["UNLOGGED"],
        )
        op.create_index("quota_until", "quota", ["until"], schema="api")
        grant("api", "SELECT, INSERT, UPDATE, DELETE", to=("clearing_app",), tables=("quota",))
        grant("api", "SELECT", to=("clearing_auditor",), tables=("quota",))


def downgrade() -> None:
    """Drop the counts; they hold nothing worth keeping."""
    with as_owner():
        op.drop_table("quota", schema="api")
