"""The tables of refunds, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)

from payments.postgres.columns import INSTANT, columns, link, table

_EMPTY = text("''")

refund = table(
    "refund",
    Column("refund_id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", Text, nullable=False),
    link("payment"),
    link("attempt"),
    link("capture"),
    Column("obligation_id", BigInteger, ForeignKey("payments.obligation.obligation_id")),
    Column("gateway", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    *columns(Text, "cause", "route", "state"),
    Column("version", Integer, nullable=False),
    *columns(Text, "reason", "document", "proposed_by"),
    Column("proposed_at", INSTANT, nullable=False),
    Column("approved_by", Text, nullable=False, server_default=_EMPTY),
    Column("approved_at", INSTANT),
    Column("digest", LargeBinary),
    Column("sent_at", INSTANT),
    Column("gateway_transaction", Text, nullable=False, server_default=_EMPTY),
    Column("next_ask_at", INSTANT),
    Column("asked_count", Integer, nullable=False, server_default=text("0")),
    Column("finished_at", INSTANT),
    Column("outcome", Text, nullable=False, server_default=_EMPTY),
    Column("decision", Text, nullable=False, server_default=_EMPTY),
    Column("bank_reference", Text, nullable=False, server_default=_EMPTY),
    Column("paid_back_on", Date),
    Column("settlement", Text),
    UniqueConstraint("number", name="refund_number_once"),
    Index("refund_payment", "payment_id"),
    Index("refund_capture", "capture_id"),
    Index("refund_obligation", "obligation_id", postgresql_where=text("obligation_id IS NOT NULL")),
    Index("refund_approver", "approved_by", "approved_at"),
    Index("refund_due_to_ask", "next_ask_at", postgresql_where=text("next_ask_at IS NOT NULL")),
    Index(
        "refund_open",
        "state",
        "refund_id",
        postgresql_where=text("state NOT IN ('done', 'refused', 'rejected')"),
    ),
    Index(
        "refund_one_at_gateway",
        "attempt_id",
        unique=True,
        postgresql_where=text("state IN ('sent', 'accepted', 'unknown')"),
    ),
)

refund_finding = table(
    "refund_finding",
    link("refund"),
    *columns(Text, "found_by"),
    Column("went_back", Boolean, nullable=False),
    *columns(Text, "document"),
    *columns(INSTANT, "found_at"),
    PrimaryKeyConstraint("refund_id", "found_by", "went_back", "document"),
)
