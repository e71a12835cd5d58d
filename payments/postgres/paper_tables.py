"""The tables of what became of proofs, and of agencies' receipts, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
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
)
from sqlalchemy.dialects.postgresql import JSONB

from payments.postgres.columns import INSTANT, columns, link, table

acknowledgement_turn = table(
    "acknowledgement_turn",
    link("payment"),
    Column("version", Integer, nullable=False),
    *columns(Text, "turn", "ended_number", "refund_number"),
    Column("kept_vnd", BigInteger, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("number", Text),
    *columns(LargeBinary, "payload", "signature", may_lack=True),
    Column("key_id", Text),
    PrimaryKeyConstraint("payment_id", "version"),
    UniqueConstraint("ended_number", name="acknowledgement_turn_ended_once"),
    UniqueConstraint("number", name="acknowledgement_turn_number_once"),
    Index("acknowledgement_turn_at", "at"),
)

state_receipt = table(
    "state_receipt",
    Column("receipt_id", BigInteger, Identity(always=True), primary_key=True),
    link("payment"),
    link("obligation"),
    Column("authority", Text, ForeignKey("payments.authority.code"), nullable=False),
    *columns(Text, "sort", "template", "series"),
    Column("number", Integer, nullable=False),
    *columns(Text, "tax_id", "name", "organisation", "address"),
    Column("lines", JSONB, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("amount_words", Text, nullable=False),
    Column("issued_on", Date, nullable=False),
    *columns(Text, "difference_reason", "link"),
    *columns(LargeBinary, "document", "payer", may_lack=True),
    Column("digest", LargeBinary, nullable=False),
    Column("attached_at", INSTANT, nullable=False),
    UniqueConstraint("tax_id", "template", "series", "number", name="state_receipt_once"),
    Index("state_receipt_payment", "payment_id"),
    Index("state_receipt_obligation", "obligation_id"),
)

state_receipt_cancelled = table(
    "state_receipt_cancelled",
    Column(
        "receipt_id",
        BigInteger,
        ForeignKey("payments.state_receipt.receipt_id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("reason", Text, nullable=False),
    Column("cancelled_at", INSTANT, nullable=False),
)
