"""CSV as offices save it, and what is told of other files."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.uploads.cells import CELL_MAX, COLUMNS_MAX, ROWS_MAX
from api.uploads.csv_file import CSV_BYTES_MAX, read_csv, write_csv
from api.uploads.errors import FileRefused
from tests.api.uploads.sheets import csv_of

ROWS = [["Số", "Tên"], ["1/QĐ", 'Nguyễn "A"; B, C']]


@pytest.mark.parametrize("parter", [";", ","])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_both_ways_to_part_cells_are_read_with_and_without_a_mark(parter: str, encoding: str):
    lines = read_csv(csv_of(ROWS, parter=parter, encoding=encoding))
    assert [(line.row, list(line.cells)) for line in lines] == [(1, ROWS[0]), (2, ROWS[1])]


def test_a_row_keeps_its_number_past_empty_ones_and_line_ends_inside_quotes():
    lines = read_csv(b'a;b\r\n;\r\n\r\n"x\r\ny";2\r\n')
    assert [(line.row, line.cells) for line in lines] == [(1, ("a", "b")), (4, ("x\r\ny", "2"))]


def test_the_line_a_spreadsheet_adds_to_name_the_parter_is_no_row():
    assert read_csv(b"sep=;\r\na;b\r\n")[0].cells == ("a", "b")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_is_told_plainly(encoding: str):
    with pytest.raises(FileRefused, match="UTF-16") as caught:
        read_csv(csv_of(ROWS, encoding=encoding))
    assert "UTF-16" in caught.value.vi


def test_windows_1258_is_told_plainly_with_its_line():
    with pytest.raises(FileRefused, match=r"Line 2 .*Windows-1258"):
        read_csv("So;Ten\r\n1;Nguyên Văn Ân\r\n".encode("cp1258"))


def test_what_is_too_large_is_refused():
    for raw in (
        b"a" * (CSV_BYTES_MAX + 1),
        b"a\r\n" * (ROWS_MAX + 2),
        b";" * COLUMNS_MAX + b"a\r\n",
        b"a" * (CELL_MAX + 1),
    ):
        with pytest.raises(FileRefused):
            read_csv(raw)


def test_as_many_rows_as_allowed_are_read():
    assert len(read_csv(b"a\r\n" * (ROWS_MAX + 1))) == ROWS_MAX + 1


def test_what_is_no_csv_is_refused_with_its_line():
    with pytest.raises(FileRefused, match="line 2"):
        read_csv(b'a;b\r\n"x"y;2\r\n')
    with pytest.raises(FileRefused, match="NUL"):
        read_csv(b"a;b;c;d\r\n\x00;2\r\n")


@given(raw=st.binary(max_size=300))
@example(raw=b'"')
@example(raw=b"a\rb")
def test_any_bytes_are_lines_or_refused(raw: bytes):
    with suppress(FileRefused):
        assert all(line.cells for line in read_csv(raw))


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\n"), max_size=20)


@given(rows=st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=5))
def test_what_is_written_reads_back_and_no_text_is_a_formula(rows: list[list[str]]):
    raw = write_csv(rows)
    read = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    for row in read:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t"))


def test_t29_a_formula_becomes_a_text_and_a_negative_amount_stays_a_number():
    raw = write_csv([["=HYPERLINK(1)", "-50000", "-x", "@a", "+84"]])
    assert raw.decode("utf-8-sig") == "'=HYPERLINK(1);-50000;'-x;'@a;'+84\r\n"
