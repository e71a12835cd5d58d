"""Statement formats are found by their files."""

from reconciliation.statements.mt940 import FORMAT
from reconciliation.statements.registry import find_formats


def test_each_file_with_a_format_is_found():
    assert find_formats()["mt940"] is FORMAT


def test_files_without_a_format_are_passed_over():
    assert set(find_formats()) == {one.code for one in find_formats().values()}
