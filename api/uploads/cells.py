"""Cells of a list: what a day, an amount, a number and a text may look like in one."""

import enum
import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from payments.obligations.body import AMOUNT_MAX

ROWS_MAX: Final = 5_000
COLUMNS_MAX: Final = 60
CELL_MAX: Final = 2_000
"""Characters of one cell."""

Cell = str | int | date | None
"""A cell as it was read: a CSV file holds texts alone, a sheet also whole numbers and days."""


class Shape(enum.StrEnum):
    """What a column holds."""

    TEXT = "text"
    DAY = "day"
    AMOUNT = "amount"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True)
class CellRefused:
    """Why a cell cannot be right, in both languages."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line below the header; `row` is its number in the sheet, where the header is 1.

    A cell that can be nothing at all, such as a formula, is refused already.
    """

    row: int
    cells: tuple[Cell | CellRefused, ...]


_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LOCAL_DAY = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_DIGITS = re.compile(r"[0-9]{1,15}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?:\.[0-9]{3}){2,4}|(?:,[0-9]{3}){2,4})")
_ONE_GROUP = re.compile(r"[0-9]{1,3}[.,][0-9]{3}")

_NO_DAY = CellRefused(
    vi="không phải là ngày; hãy ghi ngày/tháng/năm, ví dụ 05/11/2026, hoặc 2026-11-05",
    en="is not a date; write day/month/year such as 05/11/2026, or 2026-11-05",
)
_NO_WHOLE = CellRefused(
    vi="không phải là số nguyên viết bằng chữ số", en="is not a whole number in digits"
)
_AMBIGUOUS = CellRefused(
    vi="không rõ dấu chấm, dấu phẩy là hàng nghìn hay phần lẻ; hãy chỉ ghi chữ số, ví dụ 350000",
    en="could mean thousands or a fraction; write digits only, such as 350000",
)
_TOO_LARGE = CellRefused(
    vi=f"phải từ 1 đến {AMOUNT_MAX.vnd} đồng", en=f"is between 1 and {AMOUNT_MAX.vnd} dong"
)
_NOT_TEXT = CellRefused(
    vi="là ô số hoặc ô ngày, có thể đã mất số 0 ở đầu; hãy định dạng cột là Văn bản rồi nhập lại",
    en="is a number or date cell and may have lost leading zeros; format the column as Text",
)


def read_cell(cell: Cell, shape: Shape) -> str | int | date | CellRefused | None:
    """Return what a cell says, None for an empty one, or why it cannot be right."""
    value = cell.strip() if isinstance(cell, str) else cell
    if value is None or value == "":
        return None
    if shape is Shape.TEXT:
        return value if isinstance(value, str) else _NOT_TEXT
    if shape is Shape.DAY:
        return _day(value)
    number = _whole(value)
    if shape is Shape.AMOUNT and isinstance(number, int) and not 0 < number <= AMOUNT_MAX.vnd:
        return _TOO_LARGE
    return number


def _day(value: str | int | date) -> date | CellRefused:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else _NO_DAY
    if isinstance(value, date):
        return value
    if isinstance(value, int):
        return _NO_DAY
    if iso := _ISO_DAY.fullmatch(value):
        year, month, day = (int(part) for part in iso.groups())
    elif local := _LOCAL_DAY.fullmatch(value):
        day, month, year = (int(part) for part in local.groups())
    else:
        return _NO_DAY
    try:
        return date(year, month, day)
    except ValueError:
        return _NO_DAY


def _whole(value: str | int | date) -> int | CellRefused:
    if isinstance(value, int):
        return value
    if isinstance(value, date):
        return _NO_WHOLE
    if _DIGITS.fullmatch(value):
        return int(value)
    if _GROUPED.fullmatch(value):
        return int(value.replace(".", "").replace(",", ""))
    return _AMBIGUOUS if _ONE_GROUP.fullmatch(value) else _NO_WHOLE
