"""The tables of reconciliation, as the migrations leave them."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata: Final = MetaData(schema="reconciliation")

_INSTANT: Final = DateTime(timezone=True)
_PLAIN: Final = Text(collation="C")

source = Table(
    "source",
    metadata,
    Column("code", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("party", Text, nullable=False),
)

file = Table(
    "file",
    metadata,
    Column("file_id", BigInteger, Identity(always=True), primary_key=True),
    Column("source", Text, ForeignKey("reconciliation.source.code"), nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("name", Text, nullable=False),
    Column("bytes", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("judged_at", _INSTANT),
    Column("business_date", Date),
    Column("version", Integer),
    Column("item_count", Integer),
    Column("total_vnd", BigInteger),
    Column("fee_total_vnd", BigInteger),
    Column("matched_on", Date),
    UniqueConstraint("source", "sha256", name="file_once"),
    Index(
        "file_report_of_day",
        "source",
        "business_date",
        unique=True,
        postgresql_where=text("state = 'accepted' AND version IS NOT NULL"),
    ),
    Index("file_by_day", "business_date", "source"),
    Index(
        "file_unmatched",
        "business_date",
        postgresql_where=text("state = 'accepted' AND matched_on IS NULL"),
    ),
)

statement = Table(
    "statement",
    metadata,
    Column("statement_id", BigInteger, Identity(always=True), primary_key=True),
    Column("file_id", BigInteger, ForeignKey("reconciliation.file.file_id"), nullable=False),
    Column("source", Text, ForeignKey("reconciliation.source.code"), nullable=False),
    Column("account", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("sequence", Text, nullable=False),
    Column("opening_on", Date, nullable=False),
    Column("opening_vnd", BigInteger, nullable=False),
    Column("closing_on", Date, nullable=False),
    Column("closing_vnd", BigInteger, nullable=False),
    Index("statement_chain", "source", "account", "closing_on", "statement_id"),
)

item = Table(
    "item",
    metadata,
    Column("item_id", BigInteger, Identity(always=True), primary_key=True),
    Column("file_id", BigInteger, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("fee_vnd", BigInteger, nullable=False),
    Column("occurred_at", _INSTANT),
    Column("line", Integer, nullable=False),
    Column("booked_on", Date),
    Column("kind", _PLAIN, nullable=False),
    Column("reference", _PLAIN, nullable=False),
    Column("transaction", _PLAIN, nullable=False),
    Column("party", _PLAIN, nullable=False),
    Column("payout", _PLAIN, nullable=False),
    UniqueConstraint("file_id", "line", name="item_line_once"),
    Index("item_transaction", "transaction", "file_id"),
    Index("item_payout", "payout", postgresql_where=text("kind IN ('credit', 'debit')")),
)

item_repeat = Table(
    "item_repeat",
    metadata,
    Column("item_id", BigInteger, primary_key=True, autoincrement=False),
    Column("repeats_item_id", BigInteger, nullable=False),
)

match_group = Table(
    "match_group",
    metadata,
    Column("group_id", BigInteger, Identity(), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("payout", Text, nullable=False),
    Column("file_id", BigInteger, ForeignKey("reconciliation.file.file_id"), nullable=False),
    Column("rule", Text, nullable=False),
    Column("rule_set", Integer, nullable=False),
    Column("compared", ARRAY(Text), nullable=False),
    Column("movement", Text, nullable=False),
    Column("batch_date", Date, nullable=False),
    Column("beneficiary", Text, nullable=False),
    Column("credited_to", Text, nullable=False),
    Column("gross_vnd", BigInteger, nullable=False),
    Column("fee_vnd", BigInteger, nullable=False),
    Column("leg_count", Integer, nullable=False),
    Index("match_group_payout", "payout", "gateway"),
    Index("match_group_day", "batch_date", "gateway"),
)

match_leg = Table(
    "match_leg",
    metadata,
    Column("group_id", BigInteger, nullable=False),
    Column("item_id", BigInteger),
    Column("capture_id", BigInteger),
    Column("covers_group_id", BigInteger),
    Index("match_leg_item_once", "item_id", unique=True),
    Index("match_leg_capture_once", "capture_id", unique=True),
    Index(
        "match_leg_group_once",
        "covers_group_id",
        unique=True,
        postgresql_where=text("covers_group_id IS NOT NULL"),
    ),
    Index("match_leg_by_group", "group_id", postgresql_using="brin"),
)

break_case = Table(
    "break_case",
    metadata,
    Column("break_id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("opened_on", Date, nullable=False),
    Column("opened_at", _INSTANT, nullable=False),
    Column("gateway", Text, nullable=False),
    Column("beneficiary", Text, nullable=False),
    Column("payout", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("item_id", BigInteger),
    Column("capture_id", BigInteger),
    Column("group_id", BigInteger),
    Column("text", Text, nullable=False),
    UniqueConstraint("kind", "subject", name="break_case_once"),
    Index("break_case_item", "item_id", postgresql_where=text("item_id IS NOT NULL")),
    Index("break_case_capture", "capture_id", postgresql_where=text("capture_id IS NOT NULL")),
)

break_residue = Table(
    "break_residue",
    metadata,
    Column(
        "break_id", BigInteger, ForeignKey("reconciliation.break_case.break_id"), nullable=False
    ),
    Column("account", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("effective_on", Date, nullable=False),
    PrimaryKeyConstraint("break_id", "account", "batch"),
)

break_event = Table(
    "break_event",
    metadata,
    Column(
        "break_id", BigInteger, ForeignKey("reconciliation.break_case.break_id"), nullable=False
    ),
    Column("ordinal", Integer, nullable=False),
    Column("event", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("break_id", "ordinal"),
    Index(
        "break_event_closed_once",
        "break_id",
        unique=True,
        postgresql_where=text("event = 'closed'"),
    ),
)

day = Table(
    "day",
    metadata,
    Column("business_date", Date, primary_key=True),
    Column("closed_at", _INSTANT, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("report", LargeBinary, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
)

job_run = Table(
    "job_run",
    metadata,
    Column("job", Text, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("done_at", _INSTANT, nullable=False),
    Column("result", JSONB, nullable=False),
    PrimaryKeyConstraint("job", "business_date"),
)

refund_match = Table(
    "refund_match",
    metadata,
    Column("refund_id", BigInteger, primary_key=True, autoincrement=False),
    Column("item_id", BigInteger, nullable=False),
    Column(
        "group_id", BigInteger, ForeignKey("reconciliation.match_group.group_id"), nullable=False
    ),
    UniqueConstraint("item_id", name="refund_match_item_once"),
)
