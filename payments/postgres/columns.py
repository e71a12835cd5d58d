"""The words that the tables of payments are written in."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, MetaData, Table
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

metadata: Final = MetaData(schema="payments")

INSTANT: Final = DateTime(timezone=True)


def table(name: str, *items: SchemaItem) -> Table:
    """Return a table of this package."""
    return Table(name, metadata, *items)


def columns(
    sort: type[TypeEngine[Any]] | TypeEngine[Any], *names: str, may_lack: bool = False
) -> list[Column[Any]]:
    """Return columns of one sort, never empty unless they `may_lack` a value."""
    return [Column(name, sort, nullable=may_lack) for name in names]


def link(name: str) -> Column[int]:
    """Return the column that names a row of another table by its id."""
    to = ForeignKey(f"payments.{name}.{name}_id")
    return Column(f"{name}_id", BigInteger, to, nullable=False)


def json_list(values: Iterable[object]) -> str:
    """Return one JSON document for many rows, far cheaper to send than an array of documents.

    `jsonb_array_elements` takes it apart again, in order.
    """
    return orjson.dumps([*values], default=dict).decode()
