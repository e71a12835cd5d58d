"""What a cell says, or why it can say nothing."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.uploads.cells import Cell, CellRefused, Shape, read_cell

DAY = date(2026, 11, 5)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("05/11/2026", DAY),
        ("5/11/2026", DAY),
        (" 2026-11-05 ", DAY),
        (DAY, DAY),
        (datetime(2026, 11, 5), DAY),  # noqa: DTZ001 (sheets know no zones)
        ("", None),
        (None, None),
    ],
)
def test_days_are_read_as_vietnamese_and_iso_write_them(cell: Cell, said: object):
    assert read_cell(cell, Shape.DAY) == said


@pytest.mark.parametrize(
    "cell",
    [
        "11/25/2026",
        "31/02/2026",
        "2026/11/05",
        "05-11-2026",
        "05/11/26",
        "hôm qua",
        46_331,
        datetime(2026, 11, 5, 7),  # noqa: DTZ001 (sheets know no zones)
        "\u0660\u0665/11/2026",
        "0000-01-01",
    ],
)
def test_what_is_no_day_is_refused(cell: Cell):
    assert isinstance(read_cell(cell, Shape.DAY), CellRefused)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("350000", 350_000),
        (350_000, 350_000),
        ("3.000.000", 3_000_000),
        ("3,000,000", 3_000_000),
        ("999999999999", 999_999_999_999),
        ("", None),
    ],
)
def test_amounts_are_digits_or_grouped_without_doubt(cell: Cell, said: object):
    assert read_cell(cell, Shape.AMOUNT) == said


@pytest.mark.parametrize("cell", ["350.000", "350,000", "3.500", "1.234,5", "3.000,000"])
def test_a_point_that_may_be_a_fraction_is_refused(cell: Cell):
    assert isinstance(read_cell(cell, Shape.AMOUNT), CellRefused)


@pytest.mark.parametrize(
    "cell", ["0", "-5", "1e6", "350 000 đ", "9" * 16, "1000000000000", -1, 0, DAY, "\u0663\u0665"]
)
def test_what_is_no_amount_is_refused(cell: Cell):
    assert isinstance(read_cell(cell, Shape.AMOUNT), CellRefused)


@pytest.mark.parametrize("cell", [9, 1_090_012_345, DAY])
def test_a_number_cell_where_text_belongs_may_have_lost_zeros_and_is_refused(cell: Cell):
    assert isinstance(read_cell(cell, Shape.TEXT), CellRefused)


@given(cell=st.text(max_size=40) | st.integers() | st.dates(), shape=st.sampled_from(Shape))
def test_every_cell_is_read_or_refused(cell: Cell, shape: Shape):
    said = read_cell(cell, shape)
    assert said is None or isinstance(said, str | int | date | CellRefused)
    if shape is Shape.AMOUNT and isinstance(said, int):
        assert 0 < said < 10**12
