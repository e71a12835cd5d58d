"""Personal data moves to another key while everybody works: who may exchange sealed bytes, and how.

Nobody waits but while triggers are exchanged; not one row is read.
"""

from migrations.loading import ROOT, as_owner, load_sql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the owner seal anew what is sealed, and refuse everything else as before."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "reseal_v1")


def downgrade() -> None:
    """Refuse it to the owner too; what was sealed anew stays as it is."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "reseal_v1_undone")
