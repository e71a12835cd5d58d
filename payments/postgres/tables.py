"""The tables of payments, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData(schema="payments")

_INSTANT = DateTime(timezone=True)

beneficiary = Table(
    "beneficiary",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_number", Text, nullable=False, unique=True),
    Column("bank_name", Text, nullable=False),
    Column("statement_source", Text, nullable=False),
)

obligation = Table(
    "obligation",
    metadata,
    Column("obligation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("number", Text, nullable=False),
    Column("number_shown", Text, nullable=False),
    Column("decided_on", Date),
    Column("subject_index", LargeBinary),
    Column("sealed", LargeBinary),
    Column("facts", JSONB, nullable=False),
    Column("beneficiary", Text, ForeignKey("payments.beneficiary.code"), nullable=False),
    Column("status", Text, nullable=False),
    Column("pushed_at", _INSTANT, nullable=False),
    Column("typed_number", Text),
    Column("other_index", LargeBinary),
    Column("person_index", LargeBinary),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("changed_at", _INSTANT),
    Column("confirmed_at", _INSTANT),
    Column("successor_id", BigInteger, ForeignKey("payments.obligation.obligation_id")),
    UniqueConstraint("provider", "kind", "number", name="obligation_once"),
    Index("obligation_number", "number"),
    Index(
        "obligation_typed_number",
        "typed_number",
        postgresql_where=text("typed_number IS NOT NULL"),
    ),
    Index("obligation_person", "person_index", postgresql_where=text("person_index IS NOT NULL")),
    Index(
        "obligation_successor", "successor_id", postgresql_where=text("successor_id IS NOT NULL")
    ),
)

payment = Table(
    "payment",
    metadata,
    Column("payment_id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("handle_hash", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("priced_on", Date, nullable=False),
    Column("language", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("paid_at", _INSTANT),
    UniqueConstraint("number", name="payment_number_once"),
    UniqueConstraint("handle_hash", name="payment_handle_once"),
    Index(
        "payment_open",
        "expires_at",
        postgresql_where=text("state IN ('created', 'pending', 'unknown', 'failed')"),
    ),
)

payment_line = Table(
    "payment_line",
    metadata,
    Column("payment_id", BigInteger, ForeignKey("payments.payment.payment_id"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column(
        "obligation_id", BigInteger, ForeignKey("payments.obligation.obligation_id"), nullable=False
    ),
    Column("part", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("beneficiary", Text, nullable=False),
    Column("budget", JSONB, nullable=False),
    Column("explanation", JSONB, nullable=False),
    PrimaryKeyConstraint("payment_id", "ordinal"),
    Index("payment_line_obligation", "obligation_id"),
)

obligation_lock = Table(
    "obligation_lock",
    metadata,
    Column(
        "obligation_id",
        BigInteger,
        ForeignKey("payments.obligation.obligation_id"),
        primary_key=True,
    ),
    Column("payment_id", BigInteger, ForeignKey("payments.payment.payment_id"), nullable=False),
    Column("locked_at", _INSTANT, nullable=False),
    Index("obligation_lock_payment", "payment_id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", BigInteger, Identity(always=True), primary_key=True),
    Column("payment_id", BigInteger, ForeignKey("payments.payment.payment_id"), nullable=False),
    Column("gateway", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("fields", JSONB, nullable=False),
    Column("gateway_transaction", Text, nullable=False),
    Column("next_ask_at", _INSTANT),
    Column("asked_count", Integer, nullable=False),
    UniqueConstraint("gateway", "reference", name="attempt_reference_once"),
    Index(
        "attempt_one_live",
        "payment_id",
        unique=True,
        postgresql_where=text("state IN ('prepared', 'sent', 'unknown')"),
    ),
    Index("attempt_payment", "payment_id"),
    Index("attempt_due", "next_ask_at", postgresql_where=text("next_ask_at IS NOT NULL")),
)

evidence = Table(
    "evidence",
    metadata,
    Column("evidence_id", BigInteger, Identity(always=True), primary_key=True),
    Column("gateway", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Column("method", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("query", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("peer", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("attempt_id", BigInteger, ForeignKey("payments.attempt.attempt_id")),
    UniqueConstraint("gateway", "kind", "digest", name="evidence_once"),
    Index("evidence_attempt", "attempt_id"),
)

step = Table(
    "step",
    metadata,
    Column("machine", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("evidence_id", BigInteger, ForeignKey("payments.evidence.evidence_id")),
    PrimaryKeyConstraint("machine", "subject_id", "version"),
)

state_step = Table(
    "state_step",
    metadata,
    Column("machine", Text, nullable=False),
    Column("from_state", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("to_state", Text, nullable=False),
    PrimaryKeyConstraint("machine", "from_state", "step"),
)

capture = Table(
    "capture",
    metadata,
    Column("capture_id", BigInteger, Identity(always=True), primary_key=True),
    Column("gateway", Text, nullable=False),
    Column("gateway_transaction", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("attempt_id", BigInteger, ForeignKey("payments.attempt.attempt_id"), nullable=False),
    Column("payment_id", BigInteger, ForeignKey("payments.payment.payment_id"), nullable=False),
    Column("movement", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("paid_at", _INSTANT, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("entry_key", Text, nullable=False, unique=True),
    Column("evidence_id", BigInteger, ForeignKey("payments.evidence.evidence_id"), nullable=False),
    UniqueConstraint("gateway", "gateway_transaction", name="capture_once"),
    Index("capture_payment", "payment_id"),
    Index("capture_day", "business_date", "gateway"),
    Index(
        "capture_fulfils_once",
        "payment_id",
        unique=True,
        postgresql_where=text("movement = 'captured'"),
    ),
)

acknowledgement = Table(
    "acknowledgement",
    metadata,
    Column("number", Text, primary_key=True),
    Column(
        "payment_id",
        BigInteger,
        ForeignKey("payments.payment.payment_id"),
        nullable=False,
        unique=True,
    ),
    Column("payload", LargeBinary, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("subscriber", Text, nullable=False),
    Column(
        "obligation_id", BigInteger, ForeignKey("payments.obligation.obligation_id"), nullable=False
    ),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("next_at", _INSTANT),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", _INSTANT),
    Column("parked_at", _INSTANT),
    Column("last_error", Text, nullable=False),
    UniqueConstraint("subscriber", "obligation_id", "sequence", name="outbox_in_order"),
    Index("outbox_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("outbox_subscriber", "subscriber", "created_at", "outbox_id"),
    Index(
        "outbox_undelivered",
        "subscriber",
        "created_at",
        "outbox_id",
        postgresql_where=text("delivered_at IS NULL"),
    ),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("client", Text, nullable=False),
    Column("route", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("body_digest", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("created_at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("client", "route", "key"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("outbox_id", BigInteger, ForeignKey("payments.outbox.outbox_id"), nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("at", _INSTANT, nullable=False),
    Column("is_taken", Boolean, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Index("delivery_event", "outbox_id", "delivery_id"),
    Index("delivery_subscriber", "subscriber", "delivery_id"),
    Index("delivery_taken", "subscriber", "delivery_id", postgresql_where=text("is_taken")),
)

outage = Table(
    "outage",
    metadata,
    Column("outage_id", BigInteger, Identity(always=True), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("is_down", Boolean, nullable=False),
    Column("source", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", _INSTANT, nullable=False),
    Column("said_at", _INSTANT, nullable=False),
    Index("outage_provider", "provider", "outage_id"),
)

authority = Table(
    "authority",
    metadata,
    Column("code", Text, primary_key=True),
    Column("family", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("pushed_by", Text, nullable=False),
    Column("in_force_from", Date, nullable=False),
    Column("in_force_to", Date),
    Column("successor", Text, ForeignKey("payments.authority.code")),
    Column("items_per_minute_max", Integer, nullable=False),
    Index("authority_pushed_by", "pushed_by"),
    Index("authority_successor", "successor", postgresql_where=text("successor IS NOT NULL")),
)

intake = Table(
    "intake",
    metadata,
    Column("intake_id", BigInteger, Identity(always=True), primary_key=True),
    Column("authority", Text, ForeignKey("payments.authority.code"), nullable=False),
    Column("client", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("body_digest", LargeBinary, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    Index("intake_authority", "authority", "received_at"),
    Index("intake_client", "client", "intake_id"),
)

intake_result = Table(
    "intake_result",
    metadata,
    Column("intake_id", BigInteger, ForeignKey("payments.intake.intake_id"), primary_key=True),
    Column("counts", JSONB, nullable=False),
    Column("finished_at", _INSTANT, nullable=False),
)

intake_refusal = Table(
    "intake_refusal",
    metadata,
    Column("intake_id", BigInteger, ForeignKey("payments.intake.intake_id"), nullable=False),
    Column("place", Integer, nullable=False),
    Column("number", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    PrimaryKeyConstraint("intake_id", "place"),
)

agency_order = Table(
    "agency_order",
    metadata,
    Column("agency", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column(
        "obligation_id", BigInteger, ForeignKey("payments.obligation.obligation_id"), nullable=False
    ),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("description", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("ordered_at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("agency", "reference"),
    Index("agency_order_obligation", "obligation_id"),
)

decision_watch = Table(
    "decision_watch",
    metadata,
    Column("watch_id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("decided_on", Date),
    Column("fact_index", LargeBinary, nullable=False),
    Column("address_index", LargeBinary, nullable=False),
    Column("device_index", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("seal_place", Text, nullable=False, unique=True),
    Column("made_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT, nullable=False),
    Column("next_at", _INSTANT, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("address_index", "fact_index", name="decision_watch_once"),
    Index("decision_watch_due", "next_at"),
    Index("decision_watch_device", "device_index"),
    Index("decision_watch_over", "expires_at"),
)
