"""Which columns a list of each kind has, and how one row of it becomes one obligation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from api.uploads.cells import Cell, CellRefused, Line, Shape, read_cell
from api.uploads.errors import FileRefused
from payments.obligation import NewObligation


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its fixed code, its Vietnamese title, and where its cell goes.

    `goes_to` are places in the pushed item, parted by dots; a number is a place in a list.
    """

    code: str
    title: str
    goes_to: tuple[str, ...]
    shape: Shape = Shape.TEXT
    is_needed: bool = True

    @classmethod
    def of(
        cls,
        code: str,
        *,
        title: str,
        at: tuple[str, ...],
        shape: Shape = Shape.TEXT,
        optional: bool = False,
    ) -> "Column":
        """Return a column; one that is not `optional` has something in every row."""
        return cls(code, title, at, shape, is_needed=not optional)

    @property
    def header(self) -> str:
        """Return what stands in the header: the title for people, the code for machines."""
        return f"{self.title}{'' if self.is_needed else ' – nếu có'} ({self.code})"


@dataclass(frozen=True, slots=True)
class BadCell:
    """Why a row cannot be taken in: its row in the sheet, the column, and the reason."""

    row: int
    column: str
    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row read: what it says is owed, or the cells that cannot be right."""

    row: int
    number: str
    obligation: NewObligation | None
    bad: tuple[BadCell, ...]


_NUMBER: Final = Column.of("number", title="Số quyết định, thông báo hoặc hồ sơ", at=("number",))
_ACCOUNT: Final = Column.of("account", title="Mã tài khoản thụ hưởng", at=("beneficiary",))
_PERSON: Final = (
    Column.of("name", title="Họ và tên người nộp", at=("personal.name",), optional=True),
    Column.of(
        "personal_id", title="Số định danh cá nhân", at=("personal.personal_id",), optional=True
    ),
)
_BUDGET: Final = tuple(
    Column.of(code, title=title, at=(f"facts.budget.{code}",), optional=True)
    for code, title in (
        ("chapter", "Mã chương"),
        ("sub_item", "Mã tiểu mục"),
        ("collecting_office", "Mã cơ quan thu"),
        ("area", "Mã địa bàn"),
    )
)
_SUBJECT: Final = "4 số cuối của giấy tờ tùy thân"

COLUMNS: Final[Mapping[str, tuple[Column, ...]]] = MappingProxyType(
    {
        "traffic_fine": (
            _NUMBER,
            Column.of(
                "decided_on",
                title="Ngày quyết định",
                at=("decided_on", "facts.issued_on"),
                shape=Shape.DAY,
            ),
            Column.of(
                "plate",
                title="Biển số xe",
                at=("subject", "personal.plate"),
            ),
            *_PERSON,
            Column.of(
                "fine_vnd", title="Tiền phạt (đồng)", at=("facts.fine_vnd",), shape=Shape.AMOUNT
            ),
            Column.of(
                "received_on",
                title="Ngày giao quyết định",
                at=("facts.received_on",),
                shape=Shape.DAY,
                optional=True,
            ),
            Column.of(
                "term_days", title="Số ngày phải nộp", at=("facts.term_days",), shape=Shape.WHOLE
            ),
            Column.of("behaviour", title="Hành vi vi phạm", at=("facts.behaviour",)),
            Column.of("authority", title="Cơ quan ra quyết định", at=("facts.authority",)),
            Column.of(
                "record_number", title="Số biên bản", at=("facts.record_number",), optional=True
            ),
            _ACCOUNT,
            *_BUDGET,
            Column.of(
                "late_sub_item",
                title="Mã tiểu mục tiền chậm nộp",
                at=("facts.budget.late_sub_item",),
                optional=True,
            ),
        ),
        "fee": (
            _NUMBER,
            Column.of("subject", title=_SUBJECT, at=("subject",)),
            *_PERSON,
            Column.of(
                "title",
                title="Tên khoản phí, lệ phí",
                at=("facts.title", "facts.lines.0.title"),
            ),
            Column.of("authority", title="Cơ quan thu", at=("facts.authority",)),
            Column.of("code", title="Mã dịch vụ", at=("facts.lines.0.code",)),
            Column.of("law", title="Căn cứ pháp lý", at=("facts.lines.0.law",), optional=True),
            Column.of(
                "amount_vnd",
                title="Số tiền (đồng)",
                at=("facts.lines.0.amount_vnd",),
                shape=Shape.AMOUNT,
                optional=True,
            ),
            Column.of(
                "channel", title="Cách nộp hồ sơ", at=("facts.lines.0.channel",), optional=True
            ),
            Column.of(
                "count",
                title="Số lần",
                at=("facts.lines.0.count",),
                shape=Shape.WHOLE,
                optional=True,
            ),
            Column.of(
                "pages",
                title="Số trang",
                at=("facts.lines.0.pages",),
                shape=Shape.WHOLE,
                optional=True,
            ),
            Column.of(
                "copies",
                title="Số bản",
                at=("facts.lines.0.copies",),
                shape=Shape.WHOLE,
                optional=True,
            ),
            Column.of(
                "due_on", title="Hạn nộp", at=("facts.due_on",), shape=Shape.DAY, optional=True
            ),
            _ACCOUNT,
            *_BUDGET,
        ),
        "demand": (
            _NUMBER,
            Column.of(
                "decided_on",
                title="Ngày thông báo",
                at=("decided_on",),
                shape=Shape.DAY,
                optional=True,
            ),
            Column.of("subject", title=_SUBJECT, at=("subject",), optional=True),
            *_PERSON,
            Column.of("title", title="Nội dung thu", at=("facts.title",)),
            Column.of("law", title="Căn cứ pháp lý", at=("facts.law",)),
            Column.of(
                "amount_vnd", title="Số tiền (đồng)", at=("facts.amount_vnd",), shape=Shape.AMOUNT
            ),
            Column.of(
                "due_on", title="Hạn nộp", at=("facts.due_on",), shape=Shape.DAY, optional=True
            ),
            Column.of("authority", title="Cơ quan thu", at=("facts.authority",), optional=True),
            _ACCOUNT,
            *_BUDGET,
        ),
    }
)
"""By kind of obligation; what a list cannot say, such as instalments, is pushed as JSON."""

_MISSING: Final = CellRefused(vi="còn trống, cột này bắt buộc", en="is missing")
_EXTRA: Final = CellRefused(
    vi="có dữ liệu nhưng cột không có tiêu đề", en="holds something below no header"
)


def read_rows(lines: Sequence[Line], *, kind: str, provider: str) -> list[Row]:
    """Return one row each below the header.

    Raises:
        FileRefused: the header has columns missing, unknown or twice, or nothing stands below it.
    """
    if len(lines) < 2:
        raise FileRefused(
            vi="Tệp không có dòng nào dưới dòng tiêu đề.", en="No row stands below the header."
        )
    at = _places(lines[0], COLUMNS[kind])
    return [_row(line, at, kind=kind, provider=provider) for line in lines[1:]]


def column_of(field: str, *, kind: str) -> str:
    """Return the title of the column that a field of a pushed item came from, the field if none."""
    place = field.replace("[", ".").replace("]", "")
    for column in COLUMNS[kind]:
        if place in column.goes_to:
            return column.header
    return field


def _places(header: Line, columns: Sequence[Column]) -> dict[int, Column]:
    known = {name: column for column in columns for name in _names(column)}
    at: dict[int, Column] = {}
    unknown: list[str] = []
    for place, cell in enumerate(header.cells):
        text = " ".join(cell.split()).casefold() if isinstance(cell, str) else ""
        if text in known:
            at[place] = known[text]
        elif cell not in (None, ""):
            unknown.append(cell if isinstance(cell, str) else str(place + 1))
    found = list(at.values())
    missing = [column.header for column in columns if column.is_needed and column not in found]
    twice = sorted({column.header for column in found if found.count(column) > 1})
    for vi, en, names in (
        ("thiếu cột", "lacks the columns", missing),
        ("có cột lặp lại", "has columns twice", twice),
        ("có cột không có trong mẫu", "has columns that are not in the template", unknown),
    ):
        if names:
            shown = ", ".join(name[:80] for name in names[:10])
            raise FileRefused(
                vi=f"Dòng tiêu đề {vi}: {shown}. Hãy dùng tệp mẫu.",
                en=f"The header {en}: {shown}. Use the template.",
            )
    return at


def _names(column: Column) -> Iterator[str]:
    """Yield what a header cell may say: as in the template, the title alone, or the code alone."""
    for name in (column.header, f"{column.title} ({column.code})", column.title, column.code):
        yield " ".join(name.split()).casefold()


def _row(line: Line, at: Mapping[int, Column], *, kind: str, provider: str) -> Row:
    bad: list[BadCell] = []
    said: dict[str, object] = {}

    def refuse(title: str, why: CellRefused) -> None:
        bad.append(BadCell(line.row, title, why.vi, why.en))

    for place, cell in enumerate(line.cells):
        if place not in at and cell not in (None, ""):
            refuse(str(place + 1), _EXTRA)
    for place, column in at.items():
        cell: Cell | CellRefused = line.cells[place] if place < len(line.cells) else None
        value = cell if isinstance(cell, CellRefused) else read_cell(cell, column.shape)
        if isinstance(value, CellRefused):
            refuse(column.header, value)
        elif value is None and column.is_needed:
            refuse(column.header, _MISSING)
        elif value is not None:
            said |= dict.fromkeys(column.goes_to, value)
    number = str(said.get("number", ""))
    obligation = None if bad else _obligation(said, kind=kind, provider=provider)
    return Row(line.row, number, obligation, tuple(bad))


def _obligation(said: Mapping[str, object], *, kind: str, provider: str) -> NewObligation:
    decided_on = said.get("decided_on")
    lines = _below(said, "facts.lines.0.")
    budget = _below(said, "facts.budget.")
    facts = {name: value for name, value in _below(said, "facts.").items() if "." not in name}
    return NewObligation(
        provider=provider,
        kind=kind,
        number=str(said["number"]),
        decided_on=decided_on if isinstance(decided_on, date) else None,
        subject=str(said.get("subject", "")),
        personal={name: str(value) for name, value in _below(said, "personal.").items()},
        facts=facts
        | ({"lines": [lines]} if lines else {})
        | ({"budget": budget} if budget else {}),
        beneficiary=str(said["beneficiary"]),
    )


def _below(said: Mapping[str, object], start: str) -> dict[str, object]:
    """Return what goes to places that begin so, in plain JSON values."""
    return {
        place.removeprefix(start): value.isoformat() if isinstance(value, date) else value
        for place, value in said.items()
        if place.startswith(start)
    }
