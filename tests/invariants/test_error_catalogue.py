"""The catalogue of errors in the documentation is the table the program answers from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from api import problems
from api.problem_row import Row
from api.problems import TABLE, TYPES_AT

CATALOGUE: Final = Path(__file__).parents[2] / "docs" / "partners" / "errors.md"
OPENING: Final = f"""# Errors

Every refusal is an RFC 9457 document (`application/problem+json`): `type` never changes and is what
a program decides by; `title` and `title_en` are for people; `support_code` finds the answer in our
logs. `errors` names the fields, `state` says where the payment stands, `until` when whoever is
paying now has to be done: null once that time is over and only the gateway can say how it ended,
which takes some minutes more. `Retry-After` comes with 429, 503 and `being-paid`.

A 503 wrote nothing, or says that it may have; a 5xx or no answer at all to a creating call is sent
again with the same `Idempotency-Key`. Types begin with `{TYPES_AT}`.

| status | type | meaning |
|---|---|---|
"""


def _rows() -> Iterator[Row]:
    by_status = problems._BY_STATUS  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] (the other half of the one table)
    yield from TABLE.values()
    yield from by_status.values()


def _catalogue() -> str:
    lines = {f"| {row.status} | `{row.type}` | {row.title.en} |\n" for row in _rows()}
    return OPENING + "".join(sorted(lines))


def test_the_catalogue_is_the_table(tmp_path: Path) -> None:
    fresh = tmp_path / "errors.md"
    fresh.write_text(_catalogue())
    assert CATALOGUE.read_text() == _catalogue(), f"copy {fresh} to {CATALOGUE}"


def test_one_type_has_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for row in _rows():
        statuses.setdefault(row.type, set()).add(row.status)
    assert {type_: found for type_, found in statuses.items() if len(found) > 1} == {}
