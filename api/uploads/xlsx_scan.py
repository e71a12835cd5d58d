"""A look at a workbook's XML before it is read: nothing in it may cost far more than it weighs."""

from collections.abc import Iterable, Mapping
from typing import Final
from xml.parsers import expat

from openpyxl.utils.cell import coordinate_to_tuple

from api.uploads.cells import COLUMNS_MAX, ROWS_MAX
from api.uploads.errors import FileRefused

ELEMENTS_MAX: Final = 600_000
"""Of all parts together: twice what a list of all rows and thirty columns holds."""
OTHERS_MAX: Final = 100_000
"""Of those, what is no row, cell or text: formats, merged cells and rules cost more to read."""
LAST_ROW_MAX: Final = 100_000
"""How far down empty rows are looked at."""
SIGNS_MAX: Final = 8_192
"""Characters of one formula or one name, as spreadsheets have it."""
SPELLED_OUT_MAX: Final = 200_000
"""Characters of shared formulas once they are written out for each of their cells."""
FORMATS_MAX: Final = 1_000
FORMAT_SIGNS_MAX: Final = 255

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW: Final = _MAIN + "row"
_LISTED: Final = frozenset(_MAIN + tag for tag in ("row", "c", "v", "f", "is", "si", "t"))
_LEADING: Final = b"\xef\xbb\xbf \t\r\n"


def check_xml(parts: Iterable[bytes]) -> None:
    """Refuse parts that a reader would fill up, spell out or search through at great length.

    Raises:
        FileRefused: a cell beyond the last column or row that counts, too many elements or
            formulas, or an entity.
        ValueError: not well-formed, or a place no cell can have.
    """
    scan = _Scan()
    for part in parts:
        if is_xml(part):
            scan.read(part)


def is_xml(part: bytes) -> bool:
    """Say whether a part of a workbook could be read as XML."""
    return part.lstrip(_LEADING).startswith(b"<")


def too_many() -> FileRefused:
    """Return the refusal of a sheet with more than a list may have."""
    return FileRefused(
        vi=f"Trang tính có hơn {ROWS_MAX} dòng hoặc {COLUMNS_MAX} cột. Hãy chia thành nhiều tệp.",
        en=f"The sheet has more than {ROWS_MAX} rows or {COLUMNS_MAX} columns. Part it.",
    )


class _Scan:
    """Counts over all parts; rows and columns are numbered as the library numbers them."""

    def __init__(self) -> None:
        self._elements = self._others = self._formats = self._shared = self._longest = 0
        self._path: list[str] = []
        self._row = self._column = self._signs = 0

    def read(self, part: bytes) -> None:
        """Read one part to its end."""
        self._path, self._row = [], 0
        parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        try:
            parser.Parse(part, True)  # noqa: FBT003 (the parser takes it by place alone)
        except expat.ExpatError as problem:
            raise ValueError("not well-formed") from problem

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        self._others += tag not in _LISTED
        if self._elements > ELEMENTS_MAX or self._others > OTHERS_MAX:
            raise _unreadable()
        above = self._path[-1] if self._path else ""
        self._path.append(tag)
        self._signs = 0
        if tag == _ROW:
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif above == _ROW:
            self._cell(attributes.get("r"))
        elif tag == _MAIN + "f":
            self._shared += attributes.get("t") == "shared"
        elif tag == _MAIN + "numFmt":
            self._formats += 1
            if len(attributes.get("formatCode", "")) > FORMAT_SIGNS_MAX:
                raise _unreadable()
        if self._row > LAST_ROW_MAX or self._column > COLUMNS_MAX:
            raise too_many()
        if self._formats > FORMATS_MAX:
            raise _unreadable()

    def _cell(self, place: str | None) -> None:
        row, self._column = coordinate_to_tuple(place) if place else (0, self._column + 1)
        if row > LAST_ROW_MAX:
            raise too_many()

    def _text(self, text: str) -> None:
        if not self._path or not self._path[-1].endswith(("}f", "}definedName")):
            return
        self._signs += len(text)
        self._longest = max(self._longest, self._signs)
        if self._signs > SIGNS_MAX:
            raise _unreadable()

    def _end(self, _tag: str) -> None:
        self._path.pop()
        self._signs = 0
        if self._shared * self._longest > SPELLED_OUT_MAX:
            raise FileRefused(
                vi="Trang tính có quá nhiều công thức. Hãy dán giá trị thay cho công thức.",
                en="The sheet has too many formulas. Paste their values instead.",
            )

    def _doctype(self, *_: object) -> None:
        raise FileRefused(
            vi="Tệp có khai báo thực thể XML, không nhận.",
            en="The file declares XML entities, which is not accepted.",
        )


def _unreadable() -> FileRefused:
    return FileRefused(
        vi="Tệp không phải là XLSX đọc được: quá nhiều phần tử hoặc định dạng. Hãy chép riêng các "
        "ô có dữ liệu vào một tệp mới.",
        en="The file is no XLSX that can be read: too many elements or formats. Copy the cells "
        "with data alone into a new file.",
    )
