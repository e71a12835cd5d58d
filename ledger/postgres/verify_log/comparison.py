"""One day's rows beside the rows that were sealed: what was changed, added, dropped, swapped."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Final

from ledger.postgres.verify_log.rows import ORDER, Row
from ledger.postgres.verify_log.trees import Tree

NAMED_MAX: Final = 50
"""Of one sort of difference in a day so many are named, the rest is counted."""
LINE_LENGTH_MAX: Final = 200
_LINE: Final = re.compile(rb"(?:day|(entry|audit) (-?[0-9]{1,19})) ([0-9a-f]{64})\n")
_ONE: Final = {"day": "day", "entry": "entry", "audit": "audit record", "unreadable": "line"}
_MANY: Final = {"entry": "entries", "audit": "audit records"}


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a .rows file: which row stands at an index, and its hash."""

    index: int
    kind: str
    number: int
    hash: bytes

    @property
    def place(self) -> tuple[int, int]:
        """Return what rows are ordered by; a line that cannot be read comes last."""
        return ORDER.get(self.kind, len(ORDER)), self.number


@dataclass(slots=True)
class Missing:
    """A run of dropped rows; it is a cut when nothing of their sort follows."""

    first: Told
    last: Told
    count: int = 1
    is_over: bool = False
    is_cut: bool = True
    moved_to: str | None = None
    """The date a single entry stands at now."""


class Comparison:
    """What one pass over a day found; the trees of both sides are built on the way."""

    def __init__(self) -> None:
        """Begin with nothing read."""
        self.told = Tree()
        self.found = Tree()
        self.counts = {"day": 0, "entry": 0, "audit": 0}
        self.transfers = 0
        self.checksum = hashlib.sha256()
        self.first: int | None = None
        """The index of the first difference."""
        self.missing: list[Missing] = []
        self._changed: list[tuple[Told, Row]] = []
        self._added: list[tuple[int, Row]] = []
        self._undigested: list[tuple[int, Row]] = []
        self._unnamed = 0

    def take(self, told: Told | None, row: Row | None) -> None:
        """Compare the next row of either side, or of both when they are the same row."""
        index = self.found.size if told is None else told.index
        if told is not None:
            self.told.add(told.hash)
        if told is not None and row is None:
            self._miss(told)
        elif told is not None:
            self._end_run(told)
        if row is not None:
            self._find(told, row, index)

    def named(self) -> Iterator[tuple[int, str]]:
        """Give each difference as a sentence, with the index it begins at."""
        for run in self.missing:
            yield run.first.index, _missing(run)
        swapped: set[int] = set()
        for (one, first), (other, second) in combinations(self._changed, 2):
            what = _swap(one, first, other, second)
            if what and not swapped & {one.index, other.index}:
                swapped |= {one.index, other.index}
                yield one.index, f"rows {one.index} and {other.index} swapped {what}"
        for told, row in self._changed:
            if told.index not in swapped:
                yield told.index, f"row {told.index}: {_name(row)} was changed"
        for index, row in self._added:
            yield index, f"row {index}: {_name(row)} was added"
        if self._unnamed:
            yield self.found.size, f"and {self._unnamed:,} more rows differ"

    @property
    def is_digested(self) -> bool:
        """Say whether every row is what the digest beside it says."""
        return not self._undigested

    def undigested(self, *, but_named: bool = False) -> Iterator[str]:
        """Give the rows that are not what the digest beside them says.

        `but_named` leaves out rows that were sealed otherwise and so have a sentence already, or
        were only counted.
        """
        named = {row.place for _, row in (*self._changed, *self._added)}
        if but_named and self._unnamed:
            return
        for _, row in self._undigested:
            if not (but_named and row.place in named):
                yield f"{_name(row)} is not what its digest says"

    def _find(self, told: Told | None, row: Row, index: int) -> None:
        self.counts[row.kind] += 1
        self.transfers += row.transfers
        if row.kind == "entry":
            self.checksum.update(row.digest)
        if not row.is_digested and len(self._undigested) < NAMED_MAX:
            self._undigested.append((index, row))
        found = row.hash_at(self.found.size)
        # Where a row is gone, those after it still have the index they were sealed with.
        sealed = found if index == self.found.size else row.hash_at(index)
        self.found.add(found)
        if told is None:
            self._differ(index, is_named=len(self._added) < NAMED_MAX)
            self._added += [(index, row)] if len(self._added) < NAMED_MAX else []
        elif sealed != told.hash:
            self._differ(index, is_named=len(self._changed) < NAMED_MAX)
            self._changed += [(told, row)] if len(self._changed) < NAMED_MAX else []

    def _miss(self, told: Told) -> None:
        run = self.missing[-1] if self.missing else None
        if run is not None and not run.is_over and run.first.kind == told.kind:
            run.last, run.count = told, run.count + 1
            self._differ(told.index, is_named=True)
            return
        self._differ(told.index, is_named=len(self.missing) < NAMED_MAX)
        if len(self.missing) < NAMED_MAX:
            self.missing.append(Missing(told, told))

    def _end_run(self, told: Told) -> None:
        run = self.missing[-1] if self.missing else None
        if run is not None and not run.is_over:
            run.is_over, run.is_cut = True, run.first.kind != told.kind

    def _differ(self, index: int, *, is_named: bool) -> None:
        self.first = index if self.first is None else self.first
        self._unnamed += 0 if is_named else 1


def told_rows(path: Path) -> Iterator[Told]:
    """Give the lines of a .rows file; it ends at the first that cannot be read.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        for index, line in enumerate(iter(lambda: file.readline(LINE_LENGTH_MAX), b"")):
            parts = _LINE.fullmatch(line)
            if parts is None:
                yield Told(index, "unreadable", 0, b"")
                return
            kind = (parts[1] or b"day").decode()
            yield Told(index, kind, int(parts[2] or 0), bytes.fromhex(parts[3].decode()))


def aligned(told: Iterator[Told], found: Iterator[Row]) -> Iterator[tuple[Told | None, Row | None]]:
    """Give the rows of both sides in order, together where they are the same row."""
    left, right = next(told, None), next(found, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.place < right.place):
            yield left, None
            left = next(told, None)
        elif left is None or right.place < left.place:
            yield None, right
            right = next(found, None)
        else:
            yield left, right
            left, right = next(told, None), next(found, None)


def _name(row: Row) -> str:
    return f"{_ONE[row.kind]} {row.number} ({row.name})"


def _missing(run: Missing) -> str:
    first, last = run.first, run.last
    one = _ONE[first.kind]
    if run.is_cut and first.kind in _MANY and run.moved_to is None:
        which = f"{one} {first.number}"
        if run.count > 1:
            which = f"{_MANY[first.kind]} {first.number}-{last.number}"
        rows = "1 row is" if run.count == 1 else f"{run.count} rows are"
        return f"cut after row {first.index - 1}: {rows} missing ({which})"
    if run.count == 1:
        moved = "" if run.moved_to is None else f"; it stands in {run.moved_to}"
        return f"row {first.index}: {one} {first.number} is missing{moved}"
    which = f"{_MANY[first.kind]} {first.number}-{last.number}"
    return f"rows {first.index}-{last.index}: {which} are missing"


def _swap(one: Told, first: Row, other: Told, second: Row) -> str:
    """Return what two changed rows have of each other, '' when they have nothing."""
    if first.kind != second.kind:
        return ""
    ways = {
        "places": {"head", "tail"},
        "all but their transfers": {"head"},
        "their transfers": {"tail"},
    }
    for what, fields in ways.items():
        firsts = {name: getattr(second, name) for name in fields}
        seconds = {name: getattr(first, name) for name in fields}
        if (
            replace(first, **firsts).hash_at(one.index) == one.hash
            and replace(second, **seconds).hash_at(other.index) == other.hash
        ):
            return what
    return ""
