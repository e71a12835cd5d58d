"""What the documentation shows of bodies holds the examples, and no field is left out."""

from api.partner import obligation_items
from api.partner.obligation_examples import CHANGES, CHANGES_SCHEMA, PUSH, PUSH_SCHEMA


def test_the_documented_fields_are_those_that_are_read() -> None:
    told = str(PUSH_SCHEMA) + str(CHANGES_SCHEMA)
    for example, schema in ((PUSH, PUSH_SCHEMA), (CHANGES, CHANGES_SCHEMA)):
        assert example.keys() == set(_names(schema["required"]))
    for name in (
        *_names(vars(obligation_items)["_OBLIGATION"]),
        *vars(obligation_items)["_CHANGE"],
    ):
        assert f"'{name}'" in told


def _names(listed: object) -> list[str]:
    assert isinstance(listed, list | tuple)
    return [str(name) for name in listed]  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] (a list of plain JSON)
