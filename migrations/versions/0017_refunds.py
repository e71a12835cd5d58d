"""Money back to the payer: proposed, approved by somebody else, ordered, known, and reported.

Nobody waits for tables that are new, nor while groups of matches are read.
"""

from typing import Final

from alembic import op

from migrations.loading import ROOT, as_owner, load_sql, only_grows, refuse_unless_empty, run_sql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PAYMENTS = ROOT / "payments" / "postgres" / "sql"
RECONCILIATION = ROOT / "reconciliation" / "postgres" / "sql"

_VALIDATE: Final = (
    "ALTER TABLE reconciliation.match_group VALIDATE CONSTRAINT match_group_of_something"
)


def upgrade() -> None:
    """Add refunds, and their lines in reports."""
    with as_owner():
        load_sql(PAYMENTS, "refunds_v1")
        load_sql(RECONCILIATION, "refunds_v1")
        only_grows("reconciliation", "refund_match")
    with op.get_context().autocommit_block():
        run_sql(_VALIDATE)


def downgrade() -> None:
    """Take them back while there is none."""
    refuse_unless_empty("payments", "refund")
    refuse_unless_empty("reconciliation", "refund_match")
    with as_owner():
        load_sql(RECONCILIATION, "refunds_v1_undone")
        load_sql(PAYMENTS, "refunds_v1_undone")
    with op.get_context().autocommit_block():
        run_sql(_VALIDATE)
