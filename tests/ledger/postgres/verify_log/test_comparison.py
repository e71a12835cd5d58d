"""Rows beside what was sealed: one dropped row is one finding, whatever comes after it."""

from collections.abc import Iterator
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ledger.postgres.verify_log.comparison import Comparison, Told, aligned, told_rows
from ledger.postgres.verify_log.rows import Row


def _row(number: int, *, kind: str = "entry", head: str = "at\nhead\n") -> Row:
    return Row(kind, number, f"key:{number}", head, "tail\n", b"", 1)


def _told(rows: list[Row]) -> list[Told]:
    return [Told(index, row.kind, row.number, row.hash_at(index)) for index, row in enumerate(rows)]


def _named(sealed: list[Row], found: list[Row]) -> list[str]:
    result = Comparison()
    for told, row in aligned(iter(_told(sealed)), iter(found)):
        result.take(told, row)
    return [sentence for _, sentence in sorted(result.named())]


SEALED = [_row(number) for number in range(1, 9)]
AUDITED = [*SEALED, *(_row(number, kind="audit") for number in range(1, 4))]


def test_what_was_sealed_has_no_differences() -> None:
    assert _named(AUDITED, AUDITED) == []


def test_one_dropped_row_is_one_finding() -> None:
    assert _named(AUDITED, AUDITED[:2] + AUDITED[3:]) == ["row 2: entry 3 is missing"]


def test_a_cut_is_told_from_a_gap_also_when_other_rows_follow() -> None:
    assert _named(AUDITED, AUDITED[:6] + AUDITED[8:]) == [
        "cut after row 5: 2 rows are missing (entries 7-8)"
    ]
    assert _named(AUDITED, AUDITED[:7] + AUDITED[8:10]) == [
        "cut after row 6: 1 row is missing (entry 8)",
        "cut after row 9: 1 row is missing (audit record 3)",
    ]


def test_gaps_apart_are_findings_apart() -> None:
    found = [row for row in SEALED if row.number not in {2, 3, 5}]
    assert _named(SEALED, found) == [
        "rows 1-2: entries 2-3 are missing",
        "row 4: entry 5 is missing",
    ]


def test_an_added_row_is_told_by_where_it_would_stand() -> None:
    assert _named(SEALED[:3] + SEALED[4:], SEALED) == ["row 3: entry 4 (key:4) was added"]


def test_a_renumbered_row_is_missing_and_added() -> None:
    found = [*SEALED[:-1], _row(90)]
    assert _named(SEALED, found) == [
        "cut after row 6: 1 row is missing (entry 8)",
        "row 7: entry 90 (key:90) was added",
    ]


def test_two_changed_rows_that_are_each_other_swapped_places() -> None:
    sealed = [_row(1, head="a\na\n"), _row(2), _row(3, head="b\nb\n")]
    found = [_row(1, head="b\nb\n"), _row(2), _row(3, head="a\na\n")]
    assert _named(sealed, found) == ["rows 0 and 2 swapped places"]


def test_beyond_fifty_of_a_sort_the_rest_is_counted() -> None:
    sealed = [_row(number) for number in range(200)]
    found = [_row(number, head=f"{number}\n\n") for number in range(200)]
    sentences = _named(sealed, found)
    assert len(sentences) == 51
    assert sentences[-1] == "and 150 more rows differ"


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_whatever_is_there_and_not_is_counted_exactly(sealed: set[int], found: set[int]) -> None:
    told = _told([_row(number) for number in sorted(sealed)])
    pairs = list(aligned(iter(told), iter(_row(number) for number in sorted(found))))
    assert {line.number for line, row in pairs if line and not row} == sealed - found
    assert {row.number for line, row in pairs if row and not line} == found - sealed
    assert {line.number for line, row in pairs if line and row} == sealed & found


def test_a_rows_file_is_read_up_to_what_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-20.rows"
    path.write_text(f"day {'0' * 64}\nentry 5 {'1' * 64}\naudit -2 {'2' * 64}\nentry 6\nday")
    assert list(told_rows(path)) == [
        Told(0, "day", 0, bytes(32)),
        Told(1, "entry", 5, b"\x11" * 32),
        Told(2, "audit", -2, b"\x22" * 32),
        Told(3, "unreadable", 0, b""),
    ]


def test_an_endless_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "2026-11-20.rows"
    path.write_text("x" * 1_000_000)
    rows: Iterator[Told] = told_rows(path)
    assert [row.kind for row in rows] == ["unreadable"]
