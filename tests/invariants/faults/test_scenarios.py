"""Every fault scenario of payments has a test with its number in its name: none gets lost."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT, files

TESTS = re.compile(r"^ *def test_f(\d\d)[a-z]?_\w+", re.MULTILINE)
OF_PAYMENTS = frozenset({*range(1, 12), *range(19, 37), 50, 51})
WITHOUT_A_TEST = {35: "no gateway of bank transfers by code is connected yet"}
PAGE = PROJECT / "docs" / "reliability.md"


def numbered(path: Path) -> set[int]:
    return {int(number) for number in TESTS.findall((PROJECT / path).read_text())}


@pytest.fixture(scope="module")
def tested() -> set[int]:
    """Give the scenarios that have a test anywhere."""
    found: set[int] = set()
    return found.union(*(numbered(path) for path in files("tests")))


def test_every_scenario_of_payments_has_a_test(tested: set[int]):
    assert OF_PAYMENTS - tested == WITHOUT_A_TEST.keys()


def test_the_page_tells_of_every_scenario_and_names_tests_that_exist():
    page = PAGE.read_text()
    rows = {int(number) for number in re.findall(r"^\| F(\d\d) ", page, re.MULTILINE)}
    assert rows == OF_PAYMENTS
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert named
    assert not [path for path in named if not (PROJECT / path).is_file()]
