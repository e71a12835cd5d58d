"""The journal as CSV: one row per transfer, amounts as numbers, text that no spreadsheet runs.

RFC 4180 with a header. A text that a spreadsheet could take for a formula gets an apostrophe in
front, and so does one that begins with an apostrophe: who reads the file by program takes one
leading apostrophe off every text column and has the book's own words.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Final

from ledger.accounts import Account
from ledger.exports.journal import Journal, Line, instant_text
from ledger.money import ZERO, Money

HEADER: Final = (
    "entry_id",
    "ordinal",
    "key",
    "movement",
    "business_date",
    "recorded_at",
    "source",
    "corrects",
    "debit",
    "credit",
    "amount_vnd",
    "batch",
    "digest",
)
ROWS_AT_ONCE: Final = 1_000
_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")


def csv_text(journal: Journal) -> Iterator[str]:
    """Return the file in pieces.

    What stood before comes first, one row of movement `opening` per account, on the side where it
    stood and without a key; so debits less credits of an account are its balance in any span.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(HEADER)
    standing = ((place, net) for place, net in journal.opening.items() if net != ZERO)
    for ordinal, (place, net) in enumerate(standing, 1):
        day = journal.opened_on.isoformat()
        writer.writerow(_opening_row(ordinal, day, place, net))
    lines = iter(journal.lines)
    while True:
        writer.writerows(map(_row, islice(lines, ROWS_AT_ONCE)))
        piece = buffer.getvalue()
        if not piece:
            return
        yield piece
        buffer.seek(0)
        buffer.truncate()


def _row(line: Line) -> tuple[int | str, ...]:
    return (
        line.entry_id,
        line.ordinal,
        _guarded(line.key),
        _guarded(line.movement),
        line.business_date.isoformat(),
        instant_text(line.recorded_at),
        _guarded(line.source),
        _guarded(line.corrects or ""),
        _guarded(line.debit),
        _guarded(line.credit),
        line.amount_vnd,
        _guarded(line.batch),
        line.digest.hex(),
    )


def _opening_row(ordinal: int, day: str, place: Account, net: Money) -> tuple[int | str, ...]:
    debit, credit = (place.code, "") if net.is_positive else ("", place.code)
    amount = abs(net.vnd)
    return ("", ordinal, "", "opening", day, "", "", "", debit, credit, amount, "", "")


def _guarded(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
