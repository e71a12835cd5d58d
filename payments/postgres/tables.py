"""The tables of payments, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from payments.postgres.columns import INSTANT, columns, link, table

beneficiary = table(
    "beneficiary",
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_number", Text, nullable=False, unique=True),
    *columns(Text, "bank_name", "statement_source"),
)

obligation = table(
    "obligation",
    Column("obligation_id", BigInteger, Identity(always=True), primary_key=True),
    *columns(Text, "provider", "kind", "number", "number_shown"),
    Column("decided_on", Date),
    *columns(LargeBinary, "subject_index", "sealed", may_lack=True),
    Column("facts", JSONB, nullable=False),
    Column("beneficiary", Text, ForeignKey("payments.beneficiary.code"), nullable=False),
    Column("status", Text, nullable=False),
    Column("pushed_at", INSTANT, nullable=False),
    Column("typed_number", Text),
    *columns(LargeBinary, "other_index", "person_index", may_lack=True),
    Column("version", Integer, nullable=False, server_default=text("1")),
    *columns(INSTANT, "changed_at", "confirmed_at", may_lack=True),
    Column("successor_id", BigInteger, ForeignKey("payments.obligation.obligation_id")),
    Column("captures", Integer, nullable=False, server_default=text("0")),
    UniqueConstraint("provider", "kind", "number", name="obligation_once"),
    Index("obligation_number", "number"),
    Index(
        "obligation_typed_number", "typed_number", postgresql_where=text("typed_number IS NOT NULL")
    ),
    Index("obligation_person", "person_index", postgresql_where=text("person_index IS NOT NULL")),
    Index(
        "obligation_successor", "successor_id", postgresql_where=text("successor_id IS NOT NULL")
    ),
)

payment = table(
    "payment",
    Column("payment_id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("handle_hash", LargeBinary, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("priced_on", Date, nullable=False),
    *columns(Text, "language", "client"),
    *columns(INSTANT, "created_at", "expires_at"),
    Column("paid_at", INSTANT),
    Column("metadata", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("return_url", Text, nullable=False, server_default=text("''")),
    Column("cancel_asked_at", INSTANT),
    UniqueConstraint("number", name="payment_number_once"),
    UniqueConstraint("handle_hash", name="payment_handle_once"),
    Index(
        "payment_open",
        "expires_at",
        postgresql_where=text("state IN ('created', 'pending', 'unknown', 'failed')"),
    ),
    Index("payment_client", "client", "payment_id"),
)

payment_line = table(
    "payment_line",
    link("payment"),
    Column("ordinal", Integer, nullable=False),
    link("obligation"),
    Column("part", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("beneficiary", Text, nullable=False),
    *columns(JSONB, "budget", "explanation"),
    Column("obligation_version", Integer, nullable=False, server_default=text("1")),
    Column("captures_before", Integer, nullable=False, server_default=text("0")),
    PrimaryKeyConstraint("payment_id", "ordinal"),
    Index("payment_line_obligation", "obligation_id"),
)

obligation_lock = table(
    "obligation_lock",
    Column(
        "obligation_id",
        BigInteger,
        ForeignKey("payments.obligation.obligation_id"),
        primary_key=True,
    ),
    link("payment"),
    Column("locked_at", INSTANT, nullable=False),
    Index("obligation_lock_payment", "payment_id"),
)

attempt = table(
    "attempt",
    Column("attempt_id", BigInteger, Identity(always=True), primary_key=True),
    link("payment"),
    *columns(Text, "gateway", "reference", "state"),
    Column("version", Integer, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    *columns(INSTANT, "created_at", "expires_at"),
    Column("fields", JSONB, nullable=False),
    Column("gateway_transaction", Text, nullable=False),
    Column("next_ask_at", INSTANT),
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

evidence = table(
    "evidence",
    Column("evidence_id", BigInteger, Identity(always=True), primary_key=True),
    *columns(Text, "gateway", "kind"),
    Column("digest", LargeBinary, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    *columns(Text, "method", "path"),
    Column("query", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    *columns(Text, "peer", "reference", "verdict"),
    Column("attempt_id", BigInteger, ForeignKey("payments.attempt.attempt_id")),
    UniqueConstraint("gateway", "kind", "digest", name="evidence_once"),
    Index("evidence_attempt", "attempt_id"),
)

step = table(
    "step",
    Column("machine", Text, nullable=False),
    Column("subject_id", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    *columns(Text, "step", "from_state", "to_state"),
    Column("at", INSTANT, nullable=False),
    Column("evidence_id", BigInteger, ForeignKey("payments.evidence.evidence_id")),
    PrimaryKeyConstraint("machine", "subject_id", "version"),
)

state_step = table(
    "state_step",
    *columns(Text, "machine", "from_state", "step", "to_state"),
    PrimaryKeyConstraint("machine", "from_state", "step"),
)

capture = table(
    "capture",
    Column("capture_id", BigInteger, Identity(always=True), primary_key=True),
    *columns(Text, "gateway", "gateway_transaction", "reference"),
    link("attempt"),
    link("payment"),
    Column("movement", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("paid_at", INSTANT, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("entry_key", Text, nullable=False, unique=True),
    link("evidence"),
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

acknowledgement = table(
    "acknowledgement",
    Column("number", Text, primary_key=True),
    Column(
        "payment_id",
        BigInteger,
        ForeignKey("payments.payment.payment_id"),
        nullable=False,
        unique=True,
    ),
    *columns(LargeBinary, "payload", "signature"),
    Column("key_id", Text, nullable=False),
    Column("issued_at", INSTANT, nullable=False),
)

outbox = table(
    "outbox",
    Column("outbox_id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("subscriber", Text, nullable=False),
    link("obligation"),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("next_at", INSTANT),
    Column("attempts", Integer, nullable=False),
    *columns(INSTANT, "delivered_at", "parked_at", may_lack=True),
    Column("last_error", Text, nullable=False),
    Column("again_at", INSTANT),
    UniqueConstraint("subscriber", "obligation_id", "sequence", name="outbox_in_order"),
    Index("outbox_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    Index("outbox_again", "again_at", postgresql_where=text("again_at IS NOT NULL")),
    Index("outbox_subscriber", "subscriber", "created_at", "outbox_id"),
    Index(
        "outbox_undelivered",
        "subscriber",
        "created_at",
        "outbox_id",
        postgresql_where=text("delivered_at IS NULL"),
    ),
)

idempotency = table(
    "idempotency",
    *columns(Text, "client", "route", "key"),
    Column("body_digest", LargeBinary, nullable=False),
    Column("status", Integer),
    Column("answer", LargeBinary),
    Column("created_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("client", "route", "key"),
)

delivery = table(
    "delivery",
    Column("delivery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("outbox_id", BigInteger, ForeignKey("payments.outbox.outbox_id"), nullable=False),
    Column("subscriber", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("is_taken", Boolean, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Index("delivery_event", "outbox_id", "delivery_id"),
    Index("delivery_subscriber", "subscriber", "delivery_id"),
    Index("delivery_taken", "subscriber", "delivery_id", postgresql_where=text("is_taken")),
)

outage = table(
    "outage",
    Column("outage_id", BigInteger, Identity(always=True), primary_key=True),
    Column("provider", Text, nullable=False),
    Column("is_down", Boolean, nullable=False),
    *columns(Text, "source", "reason"),
    *columns(INSTANT, "since", "said_at"),
    Index("outage_provider", "provider", "outage_id"),
)

authority = table(
    "authority",
    Column("code", Text, primary_key=True),
    *columns(Text, "family", "name", "pushed_by"),
    Column("in_force_from", Date, nullable=False),
    Column("in_force_to", Date),
    Column("successor", Text, ForeignKey("payments.authority.code")),
    Column("items_per_minute_max", Integer, nullable=False),
    Index("authority_pushed_by", "pushed_by"),
    Index("authority_successor", "successor", postgresql_where=text("successor IS NOT NULL")),
)

intake = table(
    "intake",
    Column("intake_id", BigInteger, Identity(always=True), primary_key=True),
    Column("authority", Text, ForeignKey("payments.authority.code"), nullable=False),
    *columns(Text, "client", "channel"),
    Column("body_digest", LargeBinary, nullable=False),
    Column("item_count", Integer, nullable=False),
    Column("received_at", INSTANT, nullable=False),
    Index("intake_authority", "authority", "received_at"),
    Index("intake_client", "client", "intake_id"),
)

intake_result = table(
    "intake_result",
    Column("intake_id", BigInteger, ForeignKey("payments.intake.intake_id"), primary_key=True),
    Column("counts", JSONB, nullable=False),
    Column("finished_at", INSTANT, nullable=False),
)

intake_refusal = table(
    "intake_refusal",
    link("intake"),
    Column("place", Integer, nullable=False),
    *columns(Text, "number", "outcome", "field", "reason"),
    PrimaryKeyConstraint("intake_id", "place"),
)

agency_order = table(
    "agency_order",
    *columns(Text, "agency", "reference"),
    link("obligation"),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("description", Text, nullable=False),
    *columns(LargeBinary, "digest", "said"),
    Column("ordered_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("agency", "reference"),
    Index("agency_order_obligation", "obligation_id"),
)

decision_watch = table(
    "decision_watch",
    Column("watch_id", BigInteger, Identity(always=True), primary_key=True),
    Column("number", Text, nullable=False),
    Column("decided_on", Date),
    *columns(LargeBinary, "fact_index", "address_index", "device_index", "sealed"),
    Column("seal_place", Text, nullable=False, unique=True),
    *columns(INSTANT, "made_at", "expires_at", "next_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("address_index", "fact_index", name="decision_watch_once"),
    Index("decision_watch_due", "next_at"),
    Index("decision_watch_device", "device_index"),
    Index("decision_watch_over", "expires_at"),
)

obligation_change = table(
    "obligation_change",
    link("obligation"),
    Column("version", Integer, nullable=False),
    *columns(Text, "act", "reason", "document", "changed_by"),
    Column("changed_at", INSTANT, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("obligation_id", "version"),
    UniqueConstraint("obligation_id", "act", "document", name="obligation_change_once"),
)

obligation_version = table(
    "obligation_version",
    link("obligation"),
    *columns(Integer, "version", "replaced_by"),
    Column("decided_on", Date),
    *columns(LargeBinary, "subject_index", "other_index", "person_index", "sealed", may_lack=True),
    Column("facts", JSONB, nullable=False),
    *columns(Text, "beneficiary", "status"),
    PrimaryKeyConstraint("obligation_id", "version"),
    ForeignKeyConstraint(
        ["obligation_id", "replaced_by"],
        ["payments.obligation_change.obligation_id", "payments.obligation_change.version"],
        name="obligation_version_has_its_change",
        deferrable=True,
        initially="DEFERRED",
    ),
)

obligation_step = table(
    "obligation_step",
    Column("obligation_step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("obligation_id", BigInteger, nullable=False),
    *columns(Text, "from_status", "to_status"),
    Column("recorded_at", INSTANT, nullable=False),
    Index("obligation_step_obligation", "obligation_id", "obligation_step_id"),
)

refund_due = table(
    "refund_due",
    link("obligation"),
    *columns(Integer, "sequence", "version"),
    *columns(BigInteger, "paid_vnd", "due_vnd", "difference_vnd"),
    Column("cause", Text, nullable=False),
    Column("found_at", INSTANT, nullable=False),
    PrimaryKeyConstraint("obligation_id", "sequence"),
)

metadata = obligation.metadata
