"""A proof's result as one line for people."""

from typing import Final, assert_never

from reconciliation.proofs.contract import Holds, Result, Violated

_ID_WIDTH: Final = 3
_WORD_WIDTH: Final = 8


def line(result: Result) -> str:
    """Return such as `I1  holds     books balance: 1,234 entries, 2,468 transfers`."""
    match result.outcome:
        case Holds(count=count):
            word, told = "holds", count
        case Violated() as violated:
            word, told = "violated", _told(violated)
        case _:
            assert_never(result.outcome)
    return f"{result.id:<{_ID_WIDTH}} {word:<{_WORD_WIDTH}}  {result.sentence}: {told}"


def _told(violated: Violated) -> str:
    number = f"{violated.total:,}" if violated.is_counted else f"{violated.total:,} or more"
    named = "; ".join(violated.rows)
    rest = violated.total - len(violated.rows)
    return f"{number} against it: {named}" + (f"; and {rest:,} more" if rest else "")
