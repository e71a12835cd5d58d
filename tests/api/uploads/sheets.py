"""Lists of fines as small units would send them."""

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook

from api.uploads.columns import COLUMNS

FINE: dict[str, str] = {
    "number": "0101/QĐ-XPHC",
    "decided_on": "05/11/2026",
    "plate": "30A-123.45",
    "name": "NGUYỄN VĂN A",
    "personal_id": "001090012345",
    "fine_vnd": "3000000",
    "received_on": "07/11/2026",
    "term_days": "10",
    "behaviour": "Vượt đèn đỏ; không chấp hành “hiệu lệnh”",
    "authority": "Công an phường Láng",
    "record_number": "",
    "account": "KB0111",
    "chapter": "009",
    "sub_item": "4252",
    "collecting_office": "",
    "area": "",
    "late_sub_item": "",
}
HEADER = [column.header for column in COLUMNS["traffic_fine"]]


def fine(**changed: str) -> list[str]:
    """Return one row of cells."""
    said = FINE | changed
    return [said[column.code] for column in COLUMNS["traffic_fine"]]


def csv_of(rows: Iterable[Sequence[str]], *, parter: str = ";", encoding: str = "utf-8") -> bytes:
    """Return rows as CSV, every cell in quotes."""
    lines = (parter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def fines_csv(*rows: Sequence[str]) -> bytes:
    """Return a list of fines below its header."""
    return csv_of([HEADER, *rows])


def xlsx_of(rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as the library writes them."""
    book = Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def typed_fine(**changed: object) -> list[object]:
    """Return one row with the cells a spreadsheet would make: days and whole numbers."""
    said: dict[str, object] = {
        **FINE,
        "decided_on": date(2026, 11, 5),
        "received_on": date(2026, 11, 7),
        "fine_vnd": 3_000_000,
        "term_days": 10,
        **changed,
    }
    return [said[column.code] or None for column in COLUMNS["traffic_fine"]]


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = xlsx_of([HEADER, typed_fine()])


def xlsx_with(parts: Mapping[str, bytes], *, raw: bytes = PLAIN) -> bytes:
    """Return a file with parts added or put in the place of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", 8) as new:
        kept = [name for name in old.namelist() if name not in parts]
        for name, content in {**{name: old.read(name) for name in kept}, **parts}.items():
            new.writestr(name, content)
    return out.getvalue()


def sheet_xml(rows: str) -> bytes:
    """Return a file whose sheet holds these rows as they stand."""
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return xlsx_with({SHEET: f"{start}<sheetData>{rows}</sheetData></worksheet>".encode()})
