"""What an obligation needs to be corrected, replaced, and found by the person who owes it.

Providers go on pushing meanwhile: the index is made under a lock nobody waits for.
"""

from alembic import op

from migrations.loading import ROOT, as_owner, load_sql, run_sql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, then their indexes."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "obligation_columns_v1")
    with op.get_context().autocommit_block():
        run_sql("ALTER TABLE payments.obligation VALIDATE CONSTRAINT obligation_status_known")
        for name in ("person", "successor", "typed_number"):
            run_sql(f"DROP INDEX CONCURRENTLY IF EXISTS payments.obligation_{name}")
        run_sql(
            "CREATE INDEX CONCURRENTLY obligation_person ON payments.obligation (person_index)"
            " WHERE person_index IS NOT NULL"
        )
        run_sql(
            "CREATE INDEX CONCURRENTLY obligation_successor ON payments.obligation (successor_id)"
            " WHERE successor_id IS NOT NULL"
        )
        run_sql(
            "CREATE INDEX CONCURRENTLY obligation_typed_number"
            " ON payments.obligation (typed_number) WHERE typed_number IS NOT NULL"
        )


def downgrade() -> None:
    """Drop the columns while nothing was changed or replaced."""
    with as_owner():
        load_sql(ROOT / "payments" / "postgres" / "sql", "obligation_columns_v1_undone")
