"""Lists as CSV: UTF-8 with or without its mark, parted by semicolons or commas."""

import csv
import io
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator
from typing import Final

from api.uploads.cells import CELL_MAX, COLUMNS_MAX, ROWS_MAX, Line
from api.uploads.errors import FileRefused

CSV_BYTES_MAX: Final = 4 * 1024 * 1024
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")

_PARTERS: Final = (";", ",")


def read_csv(raw: bytes) -> list[Line]:
    """Return the lines of a file, its header first; empty lines are left out.

    Raises:
        FileRefused: it is too large, in another encoding, or no CSV.
    """
    if len(raw) > CSV_BYTES_MAX:
        raise FileRefused(
            vi="Tệp lớn hơn 4 MB. Hãy chia thành nhiều tệp.",
            en="The file is larger than 4 MB. Part it into several.",
        )
    text = _decoded(raw)
    first, _, rest = text.partition("\n")
    if first.strip().lower() in {"sep=;", "sep=,"}:
        text = rest
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_parter(text), strict=True)
    try:
        return list(_lines(reader))
    except csv.Error as problem:
        raise FileRefused(
            vi=f"Gần dòng {reader.line_num} có dấu ngoặc kép không khép đúng hoặc ô quá dài.",
            en=f"Near line {reader.line_num} quotes do not close rightly or a cell is too long.",
        ) from problem


def write_csv(lines: Iterable[Iterable[str]]) -> bytes:
    """Return lines as a CSV file that spreadsheets open rightly, with no text that is a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerows([_guarded(cell) for cell in line] for line in lines)
    return BOM_UTF8 + out.getvalue().encode("utf-8", errors="replace")


def _guarded(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula; a plain number stays one."""
    is_number = text.removeprefix("-").isdecimal() and text.isascii()
    return f"'{text}" if text.startswith(FORMULA_SIGNS) and not is_number else text


def _decoded(raw: bytes) -> str:
    if raw.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\x00" in raw[:4]:
        raise FileRefused(
            vi="Tệp ở bảng mã UTF-16. Trong Excel hãy chọn Lưu thành, kiểu “CSV UTF-8”.",
            en='The file is in UTF-16. In Excel choose Save as, type "CSV UTF-8".',
        )
    try:
        text = raw.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise FileRefused(
            vi=f"Dòng {line} không phải UTF-8 (có thể là Windows-1258 hoặc TCVN3). "
            "Trong Excel hãy chọn Lưu thành, kiểu “CSV UTF-8”.",
            en=f"Line {line} is not UTF-8 (perhaps Windows-1258 or TCVN3). "
            'In Excel choose Save as, type "CSV UTF-8".',
        ) from problem
    if "\x00" in text:
        raise FileRefused(
            vi="Tệp có ký tự NUL, không phải là tệp văn bản.",
            en="The file has NUL characters; it is no text.",
        )
    return text


def _parter(text: str) -> str:
    """Return what parts the cells: whichever of both the header has more of outside quotes."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(header.split('"')[::2])
    return max(_PARTERS, key=bare.count)


def _lines(reader: Iterator[list[str]]) -> Iterator[Line]:
    kept = 0
    for row, cells in enumerate(reader, start=1):
        if not any(cell.strip() for cell in cells):
            continue
        kept += 1
        if kept > ROWS_MAX + 1:
            raise FileRefused(
                vi=f"Tệp có hơn {ROWS_MAX} dòng. Hãy chia thành nhiều tệp.",
                en=f"The file has more than {ROWS_MAX} rows. Part it into several.",
            )
        if len(cells) > COLUMNS_MAX or any(len(cell) > CELL_MAX for cell in cells):
            raise FileRefused(
                vi=f"Dòng {row} có hơn {COLUMNS_MAX} cột hoặc ô dài hơn {CELL_MAX} ký tự.",
                en=f"Row {row} has more than {COLUMNS_MAX} columns or a cell of more than "
                f"{CELL_MAX} characters.",
            )
        yield Line(row, tuple(cells))
