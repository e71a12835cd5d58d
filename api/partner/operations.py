"""What the documentation says of every operation beside its refusals: name, sentence, consistency.

A door's own docstring is its text: the first sentence is the summary.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from api.partner.examples import add_examples
from api.partner.idempotent import HEADER

EVENTUAL: Final = frozenset[str]()
"""Operations that may answer from before what was just written; all others never do."""

KEYED: Final = "idempotency-key"
NATURAL: Final = "natural"
"""How a POST may be sent again: under its key, or because twice does what once does."""


def describe(document: dict[str, Any]) -> None:
    """Add to an OpenAPI document what holds for each operation."""
    for path, method, operation in _operations(document):
        operation["operationId"] = _name(operation, method=method, path=path)
        operation["summary"] = operation["description"].partition("\n")[0].rstrip(".")
        eventual = operation["operationId"] in EVENTUAL
        operation["x-consistency"] = "eventual" if eventual else "strong"
        if method == "post":
            operation["x-idempotency"] = KEYED if is_keyed(operation) else NATURAL
        for parameter in operation.get("parameters", ()):
            if parameter["name"] == HEADER:
                parameter["required"] = True
                parameter["schema"] = {"type": "string"}
        add_examples(operation)


def is_keyed(operation: dict[str, Any]) -> bool:
    """Say whether an operation takes an idempotency key."""
    return any(each["name"] == HEADER for each in operation.get("parameters", ()))


def _name(operation: dict[str, Any], *, method: str, path: str) -> str:
    """Return the tag and the door's own name, without the address that came with it."""
    suffix = re.sub(r"\W", "_", path) + f"_{method}"
    door = str(operation["operationId"]).removesuffix(suffix)
    return f"{operation['tags'][0]}_{door}".replace("-", "_")


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation
