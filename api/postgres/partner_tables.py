"""The register of partners, as the migrations leave it."""

from typing import Final

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from api.postgres.tables import metadata

_INSTANT: Final = DateTime(timezone=True)

partner = Table(
    "partner",
    metadata,
    Column("name", Text, primary_key=True),
    Column("sort", Text, nullable=False),
    Column("return_origins", ARRAY(Text), nullable=False),
    Column("certificates", ARRAY(Text), nullable=False),
    Column("must_sign", Boolean, nullable=False),
    Column("requests_per_minute_max", Integer, nullable=False),
    Column("registered_at", _INSTANT, nullable=False),
)

partner_key = Table(
    "partner_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("partner", Text, ForeignKey("api.partner.name"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("issued_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT),
    Column("revoked_at", _INSTANT),
    Column("last_used_at", _INSTANT),
    Index("partner_key_partner", "partner"),
)

partner_signing_key = Table(
    "partner_signing_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("partner", Text, ForeignKey("api.partner.name"), nullable=False),
    Column("algorithm", Text, nullable=False),
    Column("public_key", LargeBinary),
    Column("sealed", LargeBinary),
    Column("added_at", _INSTANT, nullable=False),
    Column("expires_at", _INSTANT),
    Column("revoked_at", _INSTANT),
    Index("partner_signing_key_partner", "partner"),
)
