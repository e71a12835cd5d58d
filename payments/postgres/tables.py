"""The tables of payments, as the migrations leave them."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
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
from sqlalchemy.types import TypeEngine

metadata = MetaData(schema="payments")

_INSTANT = DateTime(timezone=True)


def _filled(sort: type[TypeEngine[Any]] | TypeEngine[Any], *names: str) -> list[Column[Any]]:
    """Return columns of one sort that are never empty."""
    return [Column(name, sort, nullable=False) for name in names]


def _link(table: str) -> Column[int]:
    """Return the column that names a row of another table by its id."""
    to = ForeignKey(f"payments.{table}.{table}_id")
    return Column(f"{table}_id", BigInteger, to, nullable=False)


beneficiary = Table(
    "beneficiary",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("account_number", Text, nullable=False, unique=True),
    *_filled(Text, "bank_name", "statement_source"),
)

obligation = Table(
    "obligation",
    metadata,
    Column("obligation_id", BigInteger, Identity(always=True), primary_key=True),
    *_filled(Text, "provider", "kind", "number", "number_shown"),
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
    Column("captures", Integer, nullable=False, server_default=text("0")),
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
    *_filled(Text, "language", "client"),
    *_filled(_INSTANT, "created_at", "expires_at"),
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
    _link("payment"),
    Column("ordinal", Integer, nullable=False),
    _link("obligation"),
    Column("part", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("beneficiary", Text, nullable=False),
    *_filled(JSONB, "budget", "explanation"),
    Column("obligation_version", Integer, nullable=False, server_default=text("1")),
    Column("captures_before", Integer, nullable=False, server_default=text("0")),
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
    _link("payment"),
    Column("locked_at", _INSTANT, nullable=False),
    Index("obligation_lock_payment", "payment_id"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("attempt_id", BigInteger, Identity(always=True), primary_key=True),
    _link("payment"),
    *_filled(Text, "gateway", "reference", "state"),
    Column("version", Integer, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    *_filled(_INSTANT, "created_at", "expires_at"),
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
    *_filled(Text, "gateway", "kind"),
    Column("digest", LargeBinary, nullable=False),
    Column("received_at", _INSTANT, nullable=False),
    *_filled(Text, "method", "path"),
    Column("query", LargeBinary, nullable=False),
    Column("headers", JSONB, nullable=False),
    Column("body", LargeBinary, nullable=False),
    *_filled(Text, "peer", "reference", "verdict"),
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
    *_filled(Text, "step", "from_state", "to_state"),
    Column("at", _INSTANT, nullable=False),
    Column("evidence_id", BigInteger, ForeignKey("payments.evidence.evidence_id")),
    PrimaryKeyConstraint("machine", "subject_id", "version"),
)

state_step = Table(
    "state_step",
    metadata,
    *_filled(Text, "machine", "from_state", "step", "to_state"),
    PrimaryKeyConstraint("machine", "from_state", "step"),
)

capture = Table(
    "capture",
    metadata,
    Column("capture_id", BigInteger, Identity(always=True), primary_key=True),
    *_filled(Text, "gateway", "gateway_transaction", "reference"),
    _link("attempt"),
    _link("payment"),
    Column("movement", Text, nullable=False),
    Column("amount_vnd", BigInteger, nullable=False),
    Column("paid_at", _INSTANT, nullable=False),
    Column("business_date", Date, nullable=False),
    Column("entry_key", Text, nullable=False, unique=True),
    _link("evidence"),
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
    *_filled(LargeBinary, "payload", "signature"),
    Column("key_id", Text, nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("outbox_id", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Text, nullable=False, unique=True),
    Column("subscriber", Text, nullable=False),
    _link("obligation"),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", _INSTANT, nullable=False),
    Column("next_at", _INSTANT),
    Column("attempts", Integer, nullable=False),
    Column("delivered_at", _INSTANT),
    Column("parked_at", _INSTANT),
    Column("last_error", Text, nullable=False),
    Column("again_at", _INSTANT),
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

idempotency = Table(
    "idempotency",
    metadata,
    *_filled(Text, "client", "route", "key"),
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
    *_filled(Text, "source", "reason"),
    *_filled(_INSTANT, "since", "said_at"),
    Index("outage_provider", "provider", "outage_id"),
)

authority = Table(
    "authority",
    metadata,
    Column("code", Text, primary_key=True),
    *_filled(Text, "family", "name", "pushed_by"),
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
    *_filled(Text, "client", "channel"),
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
    _link("intake"),
    Column("place", Integer, nullable=False),
    *_filled(Text, "number", "outcome", "field", "reason"),
    PrimaryKeyConstraint("intake_id", "place"),
)

agency_order = Table(
    "agency_order",
    metadata,
    *_filled(Text, "agency", "reference"),
    _link("obligation"),
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
    *_filled(LargeBinary, "fact_index", "address_index", "device_index", "sealed"),
    Column("seal_place", Text, nullable=False, unique=True),
    *_filled(_INSTANT, "made_at", "expires_at", "next_at"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("address_index", "fact_index", name="decision_watch_once"),
    Index("decision_watch_due", "next_at"),
    Index("decision_watch_device", "device_index"),
    Index("decision_watch_over", "expires_at"),
)

obligation_change = Table(
    "obligation_change",
    metadata,
    _link("obligation"),
    Column("version", Integer, nullable=False),
    *_filled(Text, "act", "reason", "document", "changed_by"),
    Column("changed_at", _INSTANT, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    PrimaryKeyConstraint("obligation_id", "version"),
    UniqueConstraint("obligation_id", "act", "document", name="obligation_change_once"),
)

obligation_version = Table(
    "obligation_version",
    metadata,
    _link("obligation"),
    *_filled(Integer, "version", "replaced_by"),
    Column("decided_on", Date),
    Column("subject_index", LargeBinary),
    Column("other_index", LargeBinary),
    Column("person_index", LargeBinary),
    Column("sealed", LargeBinary),
    Column("facts", JSONB, nullable=False),
    *_filled(Text, "beneficiary", "status"),
    PrimaryKeyConstraint("obligation_id", "version"),
    ForeignKeyConstraint(
        ["obligation_id", "replaced_by"],
        ["payments.obligation_change.obligation_id", "payments.obligation_change.version"],
        name="obligation_version_has_its_change",
        deferrable=True,
        initially="DEFERRED",
    ),
)

obligation_step = Table(
    "obligation_step",
    metadata,
    Column("obligation_step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("obligation_id", BigInteger, nullable=False),
    *_filled(Text, "from_status", "to_status"),
    Column("recorded_at", _INSTANT, nullable=False),
    Index("obligation_step_obligation", "obligation_id", "obligation_step_id"),
)

refund_due = Table(
    "refund_due",
    metadata,
    _link("obligation"),
    Column("version", Integer, nullable=False),
    *_filled(BigInteger, "paid_vnd", "due_vnd", "difference_vnd"),
    Column("cause", Text, nullable=False),
    Column("found_at", _INSTANT, nullable=False),
    PrimaryKeyConstraint("obligation_id", "version"),
)
