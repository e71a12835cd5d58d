"""The book: accounts, entries, transfers, closed days, and what the database refuses."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from migrations.loading import (
    READERS,
    ROOT,
    as_owner,
    create_schema,
    grant,
    load_sql,
    only_grows,
    refuse_unless_empty,
    run_sql,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL_FOLDER = ROOT / "ledger" / "postgres" / "sql"
TABLES = ("account", "entry", "transfer", "closed_day", "balance_snapshot", "batch_snapshot")
# Compared byte by byte whatever the database's language: faster, and the same order everywhere.
TEXT = sa.Text(collation="C")


def upgrade() -> None:
    """Create the roles, the tables and the functions of the book."""
    load_sql(SQL_FOLDER, "roles_v1")
    create_schema("ledger")
    with as_owner():
        run_sql("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC")
        _create_tables()
        load_sql(
            SQL_FOLDER,
            "leg_line_v1",
            "entry_digest_v1",
            "is_entry_v1",
            "is_batch_v1",
            "refuse_change_v1",
            "check_entries_v1",
            "check_transfers_v1",
            "post_entries_v1",
            "close_day_v1",
        )
        only_grows("ledger", *TABLES)
        grant("ledger", "SELECT", to=READERS, tables=TABLES)
        run_sql("GRANT EXECUTE ON FUNCTION ledger.post_entries_v1 TO clearing_app, clearing_recon")
        run_sql("GRANT EXECUTE ON FUNCTION ledger.close_day_v1 TO clearing_recon")
        run_sql(
            "GRANT EXECUTE ON FUNCTION ledger.leg_line_v1, ledger.entry_digest_v1"
            " TO clearing_app, clearing_recon, clearing_report, clearing_auditor",
        )


def downgrade() -> None:
    """Remove the book while it is empty; the roles stay, other databases may use them."""
    refuse_unless_empty("ledger", "entry", "closed_day")
    run_sql("DROP SCHEMA ledger CASCADE")


def _create_tables() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Integer, sa.Identity(always=True), primary_key=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("party", TEXT, nullable=False),
        sa.Column(
            "code",
            TEXT,
            sa.Computed(
                "CASE WHEN party = '' THEN kind ELSE kind || ':' || party END", persisted=True
            ),
            nullable=False,
            unique=True,
        ),
        sa.CheckConstraint(
            "kind IN ('receivable', 'in_transit', 'payable', 'refund_payable',"
            " 'suspense_unidentified', 'suspense_difference', 'claim', 'overdue', 'gateway_fee',"
            " 'fee_dispute', 'loss', 'gain')",
            name="account_kind_of_the_chart",
        ),
        sa.CheckConstraint(
            "CASE WHEN kind IN ('loss', 'gain') THEN party = ''"
            " ELSE party ~ '^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$' END",
            name="account_party_of_the_chart",
        ),
        schema="ledger",
    )
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "written_in",
            sa.BigInteger,
            server_default=sa.text("pg_current_xact_id()::text::bigint"),
            nullable=False,
        ),
        sa.Column(
            "corrects_entry_id",
            sa.BigInteger,
            sa.ForeignKey("ledger.entry.entry_id"),
            nullable=True,
        ),
        sa.Column("business_date", sa.Date, nullable=False),
        sa.Column("movement", TEXT, nullable=False),
        sa.Column("idempotency_key", TEXT, nullable=False, unique=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        schema="ledger",
    )
    op.create_table(
        "transfer",
        sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("amount_vnd", sa.BigInteger, nullable=False),
        sa.Column("debit_account_id", sa.Integer, nullable=False),
        sa.Column("credit_account_id", sa.Integer, nullable=False),
        sa.Column("business_date", sa.Date, nullable=False),
        sa.Column("ordinal", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("batch", TEXT, nullable=False),
        # One constraint, not two: each is parsed anew by every statement that inserts.
        sa.CheckConstraint(
            "amount_vnd BETWEEN 1 AND 9007199254740991 AND ordinal > 0"
            " AND debit_account_id <> credit_account_id",
            name="transfer_of_something_to_another",
        ),
        schema="ledger",
    )
    op.create_table(
        "closed_day",
        sa.Column("business_date", sa.Date, primary_key=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("entry_count", sa.BigInteger, nullable=False),
        sa.Column("transfer_count", sa.BigInteger, nullable=False),
        sa.Column("checksum", sa.LargeBinary, nullable=False),
        schema="ledger",
    )
    op.create_table(
        "balance_snapshot",
        *_snapshot_columns(),
        sa.Column("debit_vnd", sa.BigInteger, nullable=False),
        sa.Column("credit_vnd", sa.BigInteger, nullable=False),
        schema="ledger",
    )
    op.create_table(
        "batch_snapshot",
        *_snapshot_columns(),
        sa.Column("batch", TEXT, primary_key=True),
        sa.Column("net_vnd", sa.BigInteger, nullable=False),
        schema="ledger",
    )
    # Rows arrive nearly in the order of their dates, so a summary per block range finds a day
    # and costs the writers next to nothing.
    for table in ("entry", "transfer"):
        op.create_index(
            f"{table}_by_day",
            table,
            ["business_date"],
            schema="ledger",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": "32", "autosummarize": "on"},
        )


def _snapshot_columns() -> tuple[sa.Column[date], sa.Column[int]]:
    return (
        sa.Column(
            "business_date",
            sa.Date,
            sa.ForeignKey("ledger.closed_day.business_date"),
            primary_key=True,
        ),
        sa.Column(
            "account_id",
            sa.Integer,
            sa.ForeignKey("ledger.account.account_id"),
            primary_key=True,
            autoincrement=False,
        ),
    )
