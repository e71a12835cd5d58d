"""The words that the tables of payments are written in."""

from sqlalchemy import Text

from payments.postgres.columns import columns, link


def test_columns_are_filled_unless_they_may_lack_a_value():
    filled, lacking = columns(Text, "a"), columns(Text, "b", may_lack=True)
    assert [(each.name, each.nullable) for each in [*filled, *lacking]] == [
        ("a", False),
        ("b", True),
    ]


def test_a_link_names_the_id_of_its_table():
    assert link("payment").name == "payment_id"
