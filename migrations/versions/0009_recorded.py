"""Entries found by the instant they were recorded at.

Posting goes on meanwhile: the index is made under a lock nobody waits for. Stopped half-way, it
starts over.
"""

from alembic import op

from migrations.loading import READERS, ROOT, as_owner, load_sql, run_sql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what is there."""
    with op.get_context().autocommit_block():
        run_sql("DROP INDEX CONCURRENTLY IF EXISTS ledger.entry_by_recorded")
        run_sql(
            "CREATE INDEX CONCURRENTLY entry_by_recorded ON ledger.entry USING brin (recorded_at)"
            " WITH (pages_per_range = 32, autosummarize = on)"
        )
    with as_owner():
        load_sql(ROOT / "ledger" / "postgres" / "sql", "posting_since_v1")
        run_sql("GRANT EXECUTE ON FUNCTION ledger.posting_since_v1 TO " + ", ".join(READERS))


def downgrade() -> None:
    """Drop the index."""
    run_sql("DROP INDEX ledger.entry_by_recorded; DROP FUNCTION ledger.posting_since_v1")
