"""The tables of the doors, as the migrations leave them."""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

metadata = MetaData(schema="api")

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)

quota = Table(
    "quota",
    metadata,
    Column("key", LargeBinary, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tries_max", Integer, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
    Index("quota_until", "until"),
    prefixes=["UNLOGGED"],
)
