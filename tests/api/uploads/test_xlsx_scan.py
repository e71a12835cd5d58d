"""The XML of a workbook: what would cost far more to read than it weighs is refused unread."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import pytest

from api.uploads.errors import FileRefused
from api.uploads.xlsx_file import read_xlsx
from api.uploads.xlsx_scan import (
    ELEMENTS_MAX,
    FORMATS_MAX,
    LAST_ROW_MAX,
    OTHERS_MAX,
    SIGNS_MAX,
    check_xml,
)
from tests.api.uploads.sheets import HEADER, sheet_xml, typed_fine, xlsx_of, xlsx_with

CALLS_MAX: Final = 300_000
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STYLES: Final = f'<styleSheet xmlns="{MAIN}">'


def calls_of(act: Callable[[], object]) -> int:
    """Return how many calls an act makes, itself and all below it; a refusal ends it."""
    count = 0

    def step(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(step)
    try:
        with suppress(FileRefused):
            act()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("cell", ['<c r="XFD{at}"/>', '<c r="BJ{at}"><v>1</v></c>', "<c/>" * 61])
def test_cells_beyond_the_last_column_are_refused_before_rows_are_filled_up(cell: str):
    rows = "".join(f'<row r="{at}">{cell.format(at=at)}</row>' for at in range(1, 51))
    raw = sheet_xml(rows)
    with pytest.raises(FileRefused, match="more than"):
        read_xlsx(raw)
    assert calls_of(lambda: read_xlsx(raw)) < CALLS_MAX


@pytest.mark.parametrize(
    "rows",
    [
        f'<row r="{LAST_ROW_MAX + 1}"/>',
        f'<row r="{LAST_ROW_MAX}"/><row/>',
        '<row r="99999999999999"/>',
        f'<row r="1"><c r="A{LAST_ROW_MAX + 1}"/></row>',
    ],
)
def test_rows_far_down_are_refused_however_they_are_numbered(rows: str):
    raw = sheet_xml(rows)
    with pytest.raises(FileRefused, match="more than"):
        read_xlsx(raw)
    assert calls_of(lambda: read_xlsx(raw)) < CALLS_MAX


def test_formulas_that_would_be_spelled_out_for_each_cell_are_refused():
    text = "A1+" * 1_000
    first = f'<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A999">{text}A1</f></c></row>'
    more = "".join(
        f'<row r="{at}"><c r="A{at}"><f t="shared" si="0"/></c></row>' for at in range(2, 999)
    )
    raw = sheet_xml(first + more)
    with pytest.raises(FileRefused, match="formulas"):
        read_xlsx(raw)
    assert calls_of(lambda: read_xlsx(raw)) < CALLS_MAX


def test_a_column_filled_down_with_a_formula_is_still_named_cell_by_cell():
    raw = sheet_xml(
        '<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:A3">B1+1</f></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c></row>'
    )
    assert len(read_xlsx(raw)) == 2


@pytest.mark.parametrize(
    "styles",
    [
        f'<numFmts><numFmt numFmtId="200" formatCode="{"[" * 256}"/></numFmts>',
        "<numFmts>" + '<numFmt numFmtId="200" formatCode="0"/>' * (FORMATS_MAX + 1) + "</numFmts>",
    ],
)
def test_number_formats_no_spreadsheet_writes_are_refused(styles: str):
    raw = xlsx_with({"xl/styles.xml": f"{STYLES}{styles}</styleSheet>".encode()})
    with pytest.raises(FileRefused, match="read"):
        read_xlsx(raw)


def test_long_formulas_and_names_are_refused():
    for tag in ("f", "definedName"):
        text = f'<{tag} xmlns="m">{"x" * SIGNS_MAX}</{tag}>'.encode()
        check_xml([text])
        with pytest.raises(FileRefused):
            check_xml([text.replace(b"x</", b"xx</")])


@pytest.mark.parametrize(("tag", "elements_max"), [("c", ELEMENTS_MAX), ("xf", OTHERS_MAX)])
def test_elements_are_counted_over_all_parts(tag: str, elements_max: int):
    some = f"<{tag} xmlns='{MAIN}'>{f'<{tag}/>' * (elements_max // 2)}</{tag}>".encode()
    check_xml([some])
    with pytest.raises(FileRefused, match="read"):
        check_xml([some, some])


def test_white_space_before_the_first_tag_hides_nothing():
    with pytest.raises(FileRefused):
        check_xml([b" " * 2_000 + b"<a>" + b"<b/>" * ELEMENTS_MAX + b"</a>"])


def test_a_declared_entity_is_refused_wherever_it_stands():
    for text in (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b'<!DOCTYPE a SYSTEM "b"><a/>'):
        with pytest.raises(FileRefused, match="entities"):
            check_xml([text])


def test_what_is_no_xml_is_not_read_at_all():
    check_xml([b"\x89PNG\r\n", b"", b"plain"])


def test_a_usual_list_passes():
    assert len(read_xlsx(xlsx_of([HEADER, *[typed_fine()] * 50]))) == 51
