"""What speaks against a proof, gathered: few by name, all by number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from reconciliation.proofs.contract import Holds, Outcome, Violated

NAMED_MAX: Final = 20
"""Rows a violated proof names; it counts the rest."""


@dataclass(slots=True)
class Findings:
    """Everything found so far; without anything the proof holds.

    `is_counted` turns False when a search stopped before it had told everything.
    """

    names: list[str] = field(default_factory=list[str])
    total: int = 0
    is_counted: bool = True

    def add(self, name: str) -> None:
        """Add one row."""
        self.add_some([name], total=1)

    def add_some(self, names: Iterable[str], *, total: int) -> None:
        """Add `total` rows, of which these are known by name."""
        self.names.extend(list(names)[: NAMED_MAX - len(self.names)])
        self.total += total

    def add_first(self, names: Sequence[str], *, limit: int) -> None:
        """Add rows of a search that returns no more than `limit`."""
        self.add_some(names, total=len(names))
        self.is_counted = self.is_counted and len(names) < limit

    def outcome(self, *, looked_at: str) -> Outcome:
        """Return that it holds, having looked at so much, or what was found."""
        if self.total == 0:
            return Holds(looked_at)
        return Violated(tuple(self.names), self.total, is_counted=self.is_counted)


def counted(number: int, *, one: str, many: str) -> str:
    """Return how many of something there are, such as `1,234 entries`."""
    return f"{number:,} {one if number == 1 else many}"
