"""XLSX: typed cells, and everything an archive may hide."""

import io
import zipfile
from contextlib import suppress
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from api.uploads.cells import COLUMNS_MAX, ROWS_MAX, CellRefused
from api.uploads.errors import FileRefused
from api.uploads.xlsx_file import XLSX_BYTES_MAX, read_xlsx, write_xlsx
from tests.api.uploads.sheets import (
    HEADER,
    PLAIN,
    SHEET,
    sheet_xml,
    xlsx_of,
    xlsx_with,
)

# The library warns of what it leaves out of a file, which is none of ours.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


def test_cells_come_with_their_types():
    header, line = read_xlsx(PLAIN)
    assert list(header.cells) == HEADER
    assert line.row == 2
    assert datetime(2026, 11, 5) in line.cells  # noqa: DTZ001 (sheets know no zones)
    assert 3_000_000 in line.cells
    assert "009" in line.cells


def test_a_formula_a_fraction_a_truth_and_an_error_are_refused_in_their_cell():
    _, line = read_xlsx(xlsx_of([["a", "b", "c", "d", "e"], ["=1+1", 1.5, True, "#REF!", "ok"]]))
    assert [isinstance(cell, CellRefused) for cell in line.cells] == [True] * 4 + [False]


def test_empty_rows_are_left_out_and_the_others_keep_their_number():
    lines = read_xlsx(xlsx_of([["a"], [None], [None], ["x"]]))
    assert [line.row for line in lines] == [1, 4]


@pytest.mark.parametrize(
    "name",
    ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin"],
)
def test_t30_what_acts_or_leads_elsewhere_is_refused(name: str):
    with pytest.raises(FileRefused, match="macros"):
        read_xlsx(xlsx_with({name: b"x"}))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_t30_entities_are_refused(encoding: str):
    bomb = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    with pytest.raises(FileRefused):
        read_xlsx(xlsx_with({"xl/sharedStrings.xml": bomb.encode(encoding)}))


def test_t30_a_file_that_unpacks_to_far_more_is_refused():
    for part in (b" " * 30_000_000, b"<" + b"\x00" * 45_000_000):
        with pytest.raises(FileRefused, match="unpack"):
            read_xlsx(xlsx_with({"xl/big.xml": part}))


def test_t30_rows_far_below_or_far_right_are_refused_and_end_soon():
    for row in (
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="99999999999"/>',
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="900000"><c r="A900000"><v>1</v></c></row>',
        '<row r="1"><c r="XFD1"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>',
    ):
        with pytest.raises(FileRefused):
            read_xlsx(sheet_xml(row))


def test_too_many_rows_or_columns_are_refused():
    for rows in ([["x"]] * (ROWS_MAX + 2), [["x"] * (COLUMNS_MAX + 1)]):
        with pytest.raises(FileRefused, match="more than"):
            read_xlsx(xlsx_of(rows))


def test_what_is_no_xlsx_is_told_plainly():
    for raw, words in (
        (b"PK\x03\x04", "Open it in Excel"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "password"),
        (b"PK" + b"0" * XLSX_BYTES_MAX, "larger than 4 MB"),
        (xlsx_with({"xl/workbook.xml": b"<a/>"}), "Open it in Excel"),
        (PLAIN[:-200], "Open it in Excel"),
    ):
        with pytest.raises(FileRefused, match=words):
            read_xlsx(raw)


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_with_bytes_changed_is_read_or_refused(data: st.DataObject):
    raw = bytearray(PLAIN)
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(FileRefused):
        assert all(line.cells for line in read_xlsx(bytes(raw)))


PARTS = ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml", "_rels/.rels"]


@settings(max_examples=150)
@given(data=st.data())
def test_a_file_with_its_xml_changed_is_read_or_refused(data: st.DataObject):
    name = data.draw(st.sampled_from(PARTS))
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        content = archive.read(name)
    at = data.draw(st.integers(0, len(content)))
    until = data.draw(st.integers(at, len(content)))
    piece = data.draw(st.sampled_from([b"", b"<", b'"', b"-1", b"99999999999999", b"\xff", b"x"]))
    with suppress(FileRefused):
        lines = read_xlsx(xlsx_with({name: content[:at] + piece + content[until:]}))
        assert all(line.cells for line in lines)


def test_a_template_holds_its_header_and_texts_stay_texts():
    raw = write_xlsx(HEADER, title="traffic_fine", text_columns=[1])
    sheet: Any = load_workbook(io.BytesIO(raw)).active
    assert [cell.value for cell in sheet[1]] == HEADER
    assert sheet.column_dimensions["A"].number_format == "@"
    assert [list(line.cells) for line in read_xlsx(raw)] == [HEADER]
