"""Whatever the partner API answers, an instant in it has the offset of Vietnam."""

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_type_hints

from pydantic import BaseModel, TypeAdapter

from api import partner

AT = datetime(2026, 11, 23, 17, 30, tzinfo=UTC)


def answers() -> Iterator[type[BaseModel]]:
    """Yield every model of an answer."""
    for module in pkgutil.iter_modules(partner.__path__):
        named = vars(importlib.import_module(f"api.partner.{module.name}"))
        for name, model in named.items():
            if isinstance(model, type) and issubclass(model, BaseModel) and name.endswith("Out"):
                yield model


def instants(model: type[BaseModel]) -> Iterator[tuple[str, type[datetime]]]:
    """Yield the fields of a model that are instants, with all that their types say."""
    plain, hints = get_type_hints(model), get_type_hints(model, include_extras=True)
    for field in model.model_fields:
        if plain[field] in {datetime, datetime | None}:
            yield field, hints[field]


def test_every_instant_of_every_answer_has_the_offset_of_vietnam():
    found = {
        f"{model.__name__}.{field}": TypeAdapter[datetime](type_).validate_python(AT)
        for model in answers()
        for field, type_ in instants(model)
    }
    assert len(found) > 30, "the models of answers are found by their names"
    assert [name for name, at in found.items() if at.utcoffset() != timedelta(hours=7)] == []
