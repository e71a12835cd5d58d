"""Who did what to what, and why."""

import sqlalchemy as sa
from alembic import op

from migrations.loading import (
    ROOT,
    MigrationRefused,
    as_owner,
    grant,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "ledger" / "postgres" / "sql"
READERS = ("clearing_app", "clearing_recon", "clearing_auditor")
# Compared byte by byte whatever the database's language.
TEXT = sa.Text(collation="C")


def upgrade() -> None:
    """Create the audit records, and the one way to write them.

    Raises:
        MigrationRefused: the database is not in UTF-8, so it could not tell composed letters.
    """
    encoding = str(op.get_bind().exec_driver_sql("SHOW server_encoding").scalar_one())
    if encoding != "UTF8":
        raise MigrationRefused(f"the database is encoded in {encoding}; it must be UTF8")
    with as_owner():
        load_sql(SQL_FOLDER, "audit_digest_v1", "is_audit_v1")
        op.create_table(
            "audit_record",
            sa.Column("audit_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
            sa.Column(
                "recorded_at",
                sa.DateTime(timezone=True),
                server_default=sa.text("clock_timestamp()"),
                nullable=False,
            ),
            sa.Column("actor", TEXT, nullable=False),
            sa.Column("action", TEXT, nullable=False),
            sa.Column("subject", TEXT, nullable=False),
            sa.Column("reason", TEXT, nullable=False),
            sa.Column("digest", sa.LargeBinary, nullable=False),
            # Checks, not triggers: nobody who writes gets around them, the owner neither.
            sa.CheckConstraint(
                "ledger.is_audit_v1(actor, action, subject, reason)", name="audit_record_shape"
            ),
            sa.CheckConstraint(
                "digest = ledger.audit_digest_v1(actor, action, subject, reason)",
                name="audit_record_digest",
            ),
            schema="ledger",
        )
        for column in ("actor", "subject"):
            op.create_index(
                f"audit_record_by_{column}", "audit_record", [column, "audit_id"], schema="ledger"
            )
        load_sql(SQL_FOLDER, "record_audit_v1")
        only_grows("ledger", "audit_record")
        grant("ledger", "SELECT", to=READERS, tables=("audit_record",))
        run_sql("GRANT EXECUTE ON FUNCTION ledger.record_audit_v1 TO clearing_app, clearing_recon")


def downgrade() -> None:
    """Drop the audit records while there are none."""
    refuse_unless_empty("ledger", "audit_record")
    with as_owner():
        run_sql("DROP FUNCTION ledger.record_audit_v1")
        op.drop_table("audit_record", schema="ledger")
        run_sql("DROP FUNCTION ledger.is_audit_v1, ledger.audit_digest_v1")
