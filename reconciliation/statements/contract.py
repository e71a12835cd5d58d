"""What a bank's or the treasury's statement says, whatever format it came in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """What stood on the account; below zero when overdrawn.

    `is_final` is False where a page hands over to the next one of the same statement.
    """

    on: date
    amount: Decimal
    is_final: bool


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One booked line; `amount` is above zero for money in and below for money out.

    `line` counts from 1 within the file. `booking_date` is the value date where none is given.
    `reference` is the account owner's, `bank_reference` the bank's, '' where there is none.
    `is_reversal` marks a line that takes an earlier one back.
    """

    line: int
    value_date: date
    booking_date: date
    amount: Decimal
    is_reversal: bool
    reference: str
    bank_reference: str
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One page of one account's statement: opening plus entries is closing, always.

    `sequence` is the statement number and page as printed, such as `17/1`.
    """

    account: str
    reference: str
    sequence: str
    currency: str
    opening: Balance
    closing: Balance
    entries: tuple[StatementEntry, ...]


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A whole file, in its own order; every statement in it ties and every page follows its own."""

    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class StatementFormat:
    """A format we read: its short name, and how bytes become statements or `FileRefused`."""

    code: str
    read: Callable[[bytes], StatementFile]
