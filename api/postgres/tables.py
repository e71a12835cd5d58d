"""The tables of the doors, as the migrations leave them."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text

metadata = MetaData(schema="api")

lease = Table(
    "lease",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
