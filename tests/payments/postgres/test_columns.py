"""The words that the tables of payments are written in."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Text

from ledger.postgres.transaction import Tx
from payments.postgres.columns import columns, json_list, link


def test_columns_are_filled_unless_they_may_lack_a_value():
    filled, lacking = columns(Text, "a"), columns(Text, "b", may_lack=True)
    assert [(each.name, each.nullable) for each in [*filled, *lacking]] == [
        ("a", False),
        ("b", True),
    ]


def test_a_link_names_the_id_of_its_table():
    assert link("payment").name == "payment_id"


def test_many_documents_travel_as_one(tx: Tx):
    values: list[Mapping[str, object]] = [{"a": 1}, MappingProxyType({"Nộp": 'phạt "1"'}), {}]
    taken = tx.exec_driver_sql(
        "SELECT * FROM jsonb_array_elements(%(all)s::jsonb)", {"all": json_list(values)}
    )
    assert taken.scalars().all() == [dict(value) for value in values]
