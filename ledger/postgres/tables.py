"""The book's tables, as the queries need them; the migrations made them and keep the rules."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData(schema="ledger")
# Compared byte by byte whatever the database's language: faster, and the same order everywhere.
_TEXT: Final = sa.Text(collation="C")

account = sa.Table(
    "account",
    METADATA,
    sa.Column("account_id", sa.Integer, sa.Identity(always=True), primary_key=True),
    sa.Column("kind", _TEXT, nullable=False),
    sa.Column("party", _TEXT, nullable=False),
    sa.Column(
        "code",
        _TEXT,
        sa.Computed("CASE WHEN party = '' THEN kind ELSE kind || ':' || party END", persisted=True),
        nullable=False,
        unique=True,
    ),
)

entry = sa.Table(
    "entry",
    METADATA,
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
    sa.Column("corrects_entry_id", sa.BigInteger, sa.ForeignKey("ledger.entry.entry_id")),
    sa.Column("business_date", sa.Date, nullable=False),
    sa.Column("movement", _TEXT, nullable=False),
    sa.Column("idempotency_key", _TEXT, nullable=False, unique=True),
    sa.Column("source", _TEXT, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
)

transfer = sa.Table(
    "transfer",
    METADATA,
    sa.Column("entry_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("amount_vnd", sa.BigInteger, nullable=False),
    sa.Column("debit_account_id", sa.Integer, nullable=False),
    sa.Column("credit_account_id", sa.Integer, nullable=False),
    sa.Column("business_date", sa.Date, primary_key=True),
    sa.Column("ordinal", sa.SmallInteger, primary_key=True, autoincrement=False),
    sa.Column("batch", _TEXT, nullable=False),
    postgresql_partition_by="RANGE (business_date)",
)

month = sa.Table(
    "month",
    METADATA,
    sa.Column("from_day", sa.Date, primary_key=True),
    sa.Column("until_day", sa.Date, nullable=False, unique=True),
    sa.Column(
        "opened_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    ),
)

closed_day = sa.Table(
    "closed_day",
    METADATA,
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
)

balance_snapshot = sa.Table(
    "balance_snapshot",
    METADATA,
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
    sa.Column("debit_vnd", sa.BigInteger, nullable=False),
    sa.Column("credit_vnd", sa.BigInteger, nullable=False),
)

batch_snapshot = sa.Table(
    "batch_snapshot",
    METADATA,
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
    sa.Column("batch", _TEXT, primary_key=True),
    sa.Column("net_vnd", sa.BigInteger, nullable=False),
)

for _table in (entry, transfer):
    sa.Index(
        f"{_table.name}_by_day",
        _table.c.business_date,
        postgresql_using="brin",
        postgresql_with={"pages_per_range": "32", "autosummarize": "on"},
    )

audit_record = sa.Table(
    "audit_record",
    METADATA,
    sa.Column("audit_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column(
        "recorded_at",
        sa.DateTime(timezone=True),
        server_default=sa.text("clock_timestamp()"),
        nullable=False,
    ),
    sa.Column("actor", _TEXT, nullable=False),
    sa.Column("action", _TEXT, nullable=False),
    sa.Column("subject", _TEXT, nullable=False),
    sa.Column("reason", _TEXT, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Index("audit_record_by_actor", "actor", "audit_id"),
    sa.Index("audit_record_by_subject", "subject", "audit_id"),
)

for _side in ("debit", "credit"):
    sa.Index(
        f"transfer_by_{_side}",
        transfer.c[f"{_side}_account_id"],
        transfer.c.business_date,
        postgresql_include=["amount_vnd"],
    )

sa.Index(
    "entry_reversed_once",
    entry.c.corrects_entry_id,
    unique=True,
    postgresql_where=entry.c.movement == "reversed",
)

sa.Index(
    "entry_by_recorded",
    entry.c.recorded_at,
    postgresql_using="brin",
    postgresql_with={"pages_per_range": "32", "autosummarize": "on"},
)

seal = sa.Table(
    "seal",
    METADATA,
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
    sa.Column("note", _TEXT, nullable=False),
    sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
)
