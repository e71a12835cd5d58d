"""Rows of a list become obligations, or name the cells that cannot be right."""

from datetime import date

import pytest

from api.uploads.cells import CellRefused, Line
from api.uploads.columns import COLUMNS, Row, column_of, read_rows
from api.uploads.csv_file import read_csv
from api.uploads.errors import FileRefused
from payments.obligations.registry import KINDS
from tests.api.uploads.sheets import HEADER, csv_of, fine, fines_csv

TITLE = {column.code: column.header for column in COLUMNS["traffic_fine"]}


def rows_of(raw: bytes, *, kind: str = "traffic_fine") -> list[Row]:
    return read_rows(read_csv(raw), kind=kind, provider="csgt")


def test_a_row_of_a_fine_says_all_a_pushed_one_does():
    (row,) = rows_of(fines_csv(fine()))
    said = row.obligation
    assert said is not None
    assert (said.provider, said.kind, said.number) == ("csgt", "traffic_fine", "0101/QĐ-XPHC")
    assert (said.decided_on, said.subject) == (date(2026, 11, 5), "30A-123.45")
    assert said.personal == {
        "name": "NGUYỄN VĂN A",
        "plate": "30A-123.45",
        "personal_id": "001090012345",
    }
    assert said.facts == {
        "fine_vnd": 3_000_000,
        "issued_on": "2026-11-05",
        "received_on": "2026-11-07",
        "term_days": 10,
        "behaviour": "Vượt đèn đỏ; không chấp hành “hiệu lệnh”",
        "authority": "Công an phường Láng",
        "budget": {"chapter": "009", "sub_item": "4252"},
    }
    KINDS["traffic_fine"].read_facts(said.facts)


def test_a_fee_and_a_demand_are_read_as_their_kinds_want_them():
    header = ["number", "subject", "title", "authority", "code", "pages", "copies", "account"]
    cells = ["HS-1", "2345", "Bản sao", "UBND phường", "certified_ecopy", "3", "2", "KB0111"]
    (row,) = rows_of(csv_of([header, cells]), kind="fee")
    assert row.obligation is not None
    (line,) = [{"title": "Bản sao", "code": "certified_ecopy", "pages": 3, "copies": 2}]
    assert row.obligation.facts["lines"] == [line]
    header = ["number", "title", "law", "amount_vnd", "account"]
    cells = ["TB-1", "Tiền thuê", "Hợp đồng 5", "3.000.000", "KB0111"]
    (row,) = rows_of(csv_of([header, cells]), kind="demand")
    assert row.obligation is not None
    KINDS["demand"].read_facts(row.obligation.facts)


def test_every_kind_of_list_is_a_kind_of_obligation():
    assert COLUMNS.keys() <= KINDS.keys()
    for columns in COLUMNS.values():
        assert len({column.code for column in columns}) == len(columns)
        assert len({column.title for column in columns}) == len(columns)


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("decided_on", "31/02/2026", "is not a date"),
        ("fine_vnd", "350.000", "fraction"),
        ("fine_vnd", "", "is missing"),
        ("term_days", "mười", "whole number"),
        ("plate", "  ", "is missing"),
    ],
)
def test_a_bad_cell_is_named_by_row_column_and_reason(column: str, cell: str, words: str):
    first, second = rows_of(fines_csv(fine(), fine(number="2/QĐ", **{column: cell})))
    assert first.obligation is not None
    assert second.obligation is None
    (bad,) = second.bad
    assert (bad.row, bad.column) == (3, TITLE[column])
    assert words in bad.en
    assert bad.vi


def test_every_bad_cell_of_a_row_is_named_at_once():
    (row,) = rows_of(fines_csv(fine(fine_vnd="x", decided_on="x", plate="")))
    assert {bad.column for bad in row.bad} == {
        TITLE["fine_vnd"],
        TITLE["decided_on"],
        TITLE["plate"],
    }


def test_a_cell_refused_by_its_reader_and_one_below_no_header_are_named():
    lines = [
        Line(1, tuple(HEADER)),
        Line(2, (CellRefused("là công thức", "is a formula"), *fine()[1:], "thêm")),
    ]
    (row,) = read_rows(lines, kind="traffic_fine", provider="csgt")
    assert [(bad.column, bad.en) for bad in row.bad] == [
        (str(len(HEADER) + 1), "holds something below no header"),
        (TITLE["number"], "is a formula"),
    ]


def test_columns_may_stand_in_any_order_under_code_or_title():
    columns = COLUMNS["traffic_fine"]
    header = [column.code if at % 2 else column.title.upper() for at, column in enumerate(columns)]
    (row,) = rows_of(csv_of([header[::-1], fine()[::-1]]))
    (usual,) = rows_of(fines_csv(fine()))
    assert row.obligation == usual.obligation


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ([*HEADER[1:], ""], "lacks the columns: Số quyết định"),
        ([*HEADER, "number"], "has columns twice: Số quyết định"),
        ([*HEADER, "Ghi chú"], "not in the template: Ghi chú"),
    ],
)
def test_a_header_that_is_not_the_templates_is_refused(header: list[str], words: str):
    with pytest.raises(FileRefused, match=words) as caught:
        rows_of(csv_of([header, fine()]))
    assert "tệp mẫu" in caught.value.vi


def test_a_list_without_rows_is_refused():
    for raw in (b"", fines_csv()):
        with pytest.raises(FileRefused, match="No row"):
            rows_of(raw)


def test_the_column_a_pushed_field_came_from_is_found():
    assert column_of("facts.fine_vnd", kind="traffic_fine") == TITLE["fine_vnd"]
    assert column_of("facts.issued_on", kind="traffic_fine") == TITLE["decided_on"]
    assert column_of("facts.lines[0].pages", kind="fee") == "Số trang – nếu có (pages)"
    assert column_of("provider", kind="traffic_fine") == "provider"
