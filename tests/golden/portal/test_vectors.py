"""Check codes of the portal's dialect against vectors made outside this project."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.partner.portal_messages import SIGNED, Kind, check_code

GOLDEN: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8"))
VECTORS: list[dict[str, str]] = GOLDEN["vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_our_check_code_is_the_vectors_own(vector: dict[str, str]) -> None:
    values = vector["text"].split("|")
    kind = Kind(values[0])
    fields = dict(zip(SIGNED[kind], values, strict=True))
    assert check_code(kind, fields, secret=GOLDEN["secret"]) == vector["check"]


def test_every_message_of_the_dialect_has_a_vector() -> None:
    assert {Kind(vector["text"].split("|")[0]) for vector in VECTORS} == set(Kind)
