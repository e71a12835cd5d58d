"""The tables of what clients are told and where, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from payments.postgres.columns import INSTANT, columns, table

client_event = table(
    "client_event",
    Column("client", Text, nullable=False),
    Column("client_event_id", BigInteger, Identity(always=True), nullable=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("payment_id", BigInteger, ForeignKey("payments.payment.payment_id")),
    Column("subject", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column(
        "added_in",
        BigInteger,
        nullable=False,
        server_default=text("((pg_current_xact_id())::text)::bigint"),
    ),
    PrimaryKeyConstraint("client", "client_event_id"),
    UniqueConstraint("subject", "sequence", name="client_event_in_order"),
    Index("client_event_listed", "client", "added_in", "client_event_id"),
    Index("client_event_created", "client", "created_at"),
)

webhook_endpoint = table(
    "webhook_endpoint",
    Column("endpoint_id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("slot", Integer, nullable=False),
    Column("url", Text, nullable=False),
    Column("types", ARRAY(Text), nullable=False),
    Column("description", Text, nullable=False),
    Column("is_enabled", Boolean, nullable=False),
    Column("disabled_reason", Text, nullable=False, server_default=text("''")),
    Column("disabled_at", INSTANT),
    *columns(INSTANT, "created_at", "changed_at"),
    Column("deleted_at", INSTANT),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    *columns(INSTANT, "failing_since", "rest_until", "busy_until", may_lack=True),
    Column("is_slow", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("endpoint_id", "client", name="webhook_endpoint_of_client"),
    Index(
        "webhook_endpoint_slot_once",
        "client",
        "slot",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
)

webhook_secret = table(
    "webhook_secret",
    Column("webhook_secret_id", BigInteger, Identity(always=True), primary_key=True),
    Column(
        "endpoint_id", Text, ForeignKey("payments.webhook_endpoint.endpoint_id"), nullable=False
    ),
    Column("seal_place", Text, nullable=False, unique=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT),
    Index(
        "webhook_secret_newest",
        "endpoint_id",
        unique=True,
        postgresql_where=text("ends_at IS NULL"),
    ),
    Index("webhook_secret_endpoint", "endpoint_id"),
)

webhook_delivery = table(
    "webhook_delivery",
    Column("endpoint_id", Text, nullable=False),
    Column("client_event_id", BigInteger, nullable=False),
    *columns(Text, "client", "subject"),
    Column("sequence", Integer, nullable=False),
    Column("due_since", INSTANT, nullable=False),
    Column("next_at", INSTANT),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    *columns(INSTANT, "taken_at", "parked_at", may_lack=True),
    Column("last_error", Text, nullable=False, server_default=text("''")),
    PrimaryKeyConstraint("endpoint_id", "client_event_id"),
    ForeignKeyConstraint(
        ["endpoint_id", "client"],
        ["payments.webhook_endpoint.endpoint_id", "payments.webhook_endpoint.client"],
        name="webhook_delivery_to_client",
    ),
    ForeignKeyConstraint(
        ["client", "client_event_id"],
        ["payments.client_event.client", "payments.client_event.client_event_id"],
        name="webhook_delivery_of_client",
    ),
    Index(
        "webhook_delivery_due",
        "endpoint_id",
        "next_at",
        postgresql_where=text("next_at IS NOT NULL"),
    ),
    Index(
        "webhook_delivery_open",
        "endpoint_id",
        "subject",
        "sequence",
        postgresql_where=text("next_at IS NOT NULL OR parked_at IS NOT NULL"),
    ),
    Index("webhook_delivery_event", "client", "client_event_id"),
)

webhook_try = table(
    "webhook_try",
    Column("webhook_try_id", BigInteger, Identity(always=True), primary_key=True),
    Column("endpoint_id", Text, nullable=False),
    Column("client_event_id", BigInteger, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("is_taken", Boolean, nullable=False),
    Column("status", Integer),
    Column("error", Text, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    ForeignKeyConstraint(
        ["endpoint_id", "client_event_id"],
        ["payments.webhook_delivery.endpoint_id", "payments.webhook_delivery.client_event_id"],
        name="webhook_try_of_delivery",
    ),
    Index("webhook_try_event", "endpoint_id", "client_event_id", "webhook_try_id"),
)
