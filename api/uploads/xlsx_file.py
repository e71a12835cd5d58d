"""Lists as XLSX: typed cells of the first sheet, and nothing in the archive that acts or grows."""

import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from api.uploads.cells import CELL_MAX, COLUMNS_MAX, ROWS_MAX, Cell, CellRefused, Line
from api.uploads.errors import FileRefused
from api.uploads.xlsx_scan import check_xml, is_xml, too_many

XLSX_BYTES_MAX: Final = 4 * 1024 * 1024
PARTS_MAX: Final = 200
UNPACKED_BYTES_MAX: Final = 40 * 1024 * 1024
RATIO_MAX: Final = 100
"""How many times its packed size a file may grow to."""

_ACTING: Final = ("vbaproject", "externallinks/", "embeddings/", "activex/", "macrosheets/")
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"
_FORMULA: Final = CellRefused(
    vi="là công thức; hãy dán giá trị thay cho công thức",
    en="is a formula; paste its value instead",
)
_NOTHING_KNOWN: Final = CellRefused(
    vi="không phải là chữ, số nguyên hay ngày", en="is neither a text, a whole number nor a date"
)
# What the library raises on files that are none: it checks little before it reads.
_BROKEN: Final = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    InvalidFileException,
    LookupError,
    NotImplementedError,
    OSError,
    ParseError,
    RuntimeError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def read_xlsx(raw: bytes) -> list[Line]:
    """Return the lines of the first sheet, its header first; empty lines are left out.

    Raises:
        FileRefused: it is too large or no XLSX, holds macros, links or entities, or would unpack to
            far more than it is.
    """
    if raw.startswith(_OLD_OR_LOCKED):
        raise FileRefused(
            vi="Tệp là .xls cũ hoặc có mật khẩu. Hãy bỏ mật khẩu và lưu thành .xlsx.",
            en="The file is an old .xls or has a password. Save it as .xlsx without one.",
        )
    if len(raw) > XLSX_BYTES_MAX:
        raise FileRefused(
            vi="Tệp lớn hơn 4 MB. Hãy chia thành nhiều tệp.",
            en="The file is larger than 4 MB. Part it into several.",
        )
    try:
        _check_parts(raw)
        book = load_workbook(io.BytesIO(raw), read_only=True, keep_links=False)
        sheet: Any = book.worksheets[0]
        sheet.reset_dimensions()  # What a file says of its own size is not believed.
        return list(_lines(sheet.iter_rows()))
    except _BROKEN as problem:
        raise FileRefused(
            vi="Tệp không phải là XLSX đọc được. Hãy mở bằng Excel và lưu lại.",
            en="The file is no XLSX that can be read. Open it in Excel and save it again.",
        ) from problem


def write_xlsx(header: Iterable[str], *, title: str, text_columns: Iterable[int]) -> bytes:
    """Return an empty list with its header; the columns named, from 1, are formatted as text."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    sheet.append(list(header))
    sheet.freeze_panes = "A2"
    for at in text_columns:
        letter = sheet.cell(row=1, column=at).column_letter
        sheet.column_dimensions[letter].number_format = "@"
    for cell in sheet[1]:
        sheet.column_dimensions[cell.column_letter].width = max(14, len(str(cell.value)) + 2)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _check_parts(raw: bytes) -> None:
    """Refuse an archive that acts, leads elsewhere, or grows; nothing is read before."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = archive.infolist()
        names = [part.filename.lower() for part in parts]
        unpacked = sum(part.file_size for part in parts)
        if (
            len(parts) > PARTS_MAX
            or len(set(names)) < len(names)
            or unpacked > min(UNPACKED_BYTES_MAX, RATIO_MAX * len(raw))
        ):
            raise FileRefused(
                vi="Tệp giải nén ra quá lớn so với kích thước của nó.",
                en="The file would unpack to far more than it is.",
            )
        if any(sign in name for name in names for sign in _ACTING):
            raise FileRefused(
                vi="Tệp có macro, liên kết ngoài hoặc đối tượng nhúng. Hãy lưu thành .xlsx thường.",
                en="The file holds macros, outside links or embedded objects. Save a plain .xlsx.",
            )
        # No more than is declared is ever unpacked, so the sum above holds.
        contents = [archive.read(part) for part in parts]
    for content in contents:
        _check_markup(content)
    check_xml(contents)


def _check_markup(content: bytes) -> None:
    """Refuse XML that declares entities, in whatever encoding it hides them."""
    head = content[:1_000]
    is_markup = is_xml(content)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content or (not is_markup and b"\x00<" in head):
        raise FileRefused(
            vi="Tệp có khai báo thực thể XML, không nhận.",
            en="The file declares XML entities, which is not accepted.",
        )
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"<\x00" in head:
        raise FileRefused(
            vi="Tệp XLSX không ở UTF-8.",
            en="The XLSX is not in UTF-8.",
        )


def _lines(rows: Iterable[tuple[Any, ...]]) -> Iterator[Line]:
    kept = 0
    for at, row in enumerate(rows, start=1):
        cells = tuple(_cell(cell.value, data_type=str(cell.data_type)) for cell in row)
        while cells and cells[-1] is None:
            cells = cells[:-1]
        if not any(cell != "" for cell in cells if cell is not None):
            continue
        kept += 1
        if kept > ROWS_MAX + 1 or len(cells) > COLUMNS_MAX:
            raise too_many()
        yield Line(at, cells)


def _cell(value: object, *, data_type: str) -> Cell | CellRefused:
    if value is None:
        return None
    if data_type == "f":
        return _FORMULA
    if data_type == "e" or isinstance(value, bool):
        return _NOTHING_KNOWN
    if isinstance(value, str):
        return value if len(value) <= CELL_MAX else _NOTHING_KNOWN
    if isinstance(value, int | date):
        return value
    return _NOTHING_KNOWN
