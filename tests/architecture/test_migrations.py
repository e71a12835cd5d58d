"""The migrations leave exactly the tables that the code names."""

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text

from ledger.postgres.transaction import Tx
from tests.architecture.sources import PROJECT

PACKAGES = sorted(path.parts[-3] for path in PROJECT.glob("*/postgres/tables.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_the_migrated_tables_of_a_package_are_those_it_names(package: str, owner_tx: Tx):
    differences = compare_metadata(comparing(owner_tx, package), metadata_of(package))
    assert differences == [], "\n".join(["", *map(str, differences)])


def test_every_package_keeps_its_tables_in_its_own_schema():
    schemas = {package: metadata_of(package).schema for package in PACKAGES}
    assert schemas == {package: package for package in PACKAGES}
    assert schemas


def metadata_of(package: str) -> MetaData:
    named = vars(import_module(f"{package}.postgres.tables")).values()
    (found,) = (value for value in named if isinstance(value, MetaData))
    for path in sorted((PROJECT / package / "postgres").glob("*_tables.py")):
        import_module(f"{package}.postgres.{path.stem}")
    return found


def partitions(connection: Connection) -> set[str]:
    found = "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r'"
    return {str(name) for name in connection.execute(text(found)).scalars()}


def comparing(connection: Connection, schema: str) -> MigrationContext:
    parts = partitions(connection)

    def include(name: str | None, kind: str, _parents: object) -> bool:
        return name == schema if kind == "schema" else name not in parts

    return MigrationContext.configure(
        connection,
        opts={"include_schemas": True, "include_name": include, "compare_type": True},
    )
