"""A file somebody sent us: whose it is, how it was judged, and the lines it says."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final, assert_never

from gateways.contract import LineKind, SettlementReport
from ledger.money import VND_MAX, ZERO, Money, total
from reconciliation.errors import FileRefused
from reconciliation.statements.contract import Statement, StatementEntry, StatementFile

FILE_BYTES_MAX: Final = 256_000_000
NAME_MAX: Final = 200
REASON_MAX: Final = 1_000
CURRENCY: Final = "VND"


class SourceKind(enum.StrEnum):
    """What a source sends."""

    GATEWAY_REPORT = "gateway_report"  # what a gateway took and passed on
    BENEFICIARY_STATEMENT = "beneficiary_statement"  # what arrived on accounts


@dataclass(frozen=True, slots=True)
class Source:
    """Who sends a kind of file; `party` is the gateway, or the bank or treasury, by its code."""

    code: str
    kind: SourceKind
    party: str


class FileState(enum.StrEnum):
    """How far a file is believed."""

    RECEIVED = "received"  # its bytes are kept, nobody has judged it
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"  # kept with a reason, nothing of it is believed
    SUPERSEDED = "superseded"  # a later version speaks for its day


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of a file that was offered.

    `is_new` is False when the same bytes of this source are here already: `file_id` is then the
    first file's and nothing was added. `business_date` is None while nothing of it is believed.
    """

    file_id: int
    state: FileState
    reason: str
    is_new: bool
    business_date: date | None
    item_count: int


class ItemKind(enum.StrEnum):
    """What a line says happened."""

    PAYMENT = "payment"
    REFUND = "refund"
    CREDIT = "credit"
    DEBIT = "debit"


@dataclass(frozen=True, slots=True)
class Item:
    """One line that moves money, always above zero; the kind says which way.

    Of a report: our reference, the gateway's transaction, when it was paid, the beneficiary.
    Of a statement: the line's reference and the bank's, the day it was booked, the account.
    `payout` names the transfer from gateway to beneficiary that the line is, or is part of.
    """

    line: int
    kind: ItemKind
    reference: str
    transaction: str
    amount: Money
    fee: Money
    occurred_at: datetime | None
    booked_on: date | None
    party: str
    payout: str


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of an account's statement in whole dong, for the chain of balances."""

    account: str
    reference: str
    sequence: str
    opening_on: date
    opening: Money
    closing_on: date
    closing: Money


@dataclass(frozen=True, slots=True)
class FileContent:
    """Everything we believe of an accepted file.

    `version` is a report's own, None for statements. `amount` is payments minus refunds, or
    credits minus debits.
    """

    business_date: date
    version: int | None
    items: tuple[Item, ...]
    pages: tuple[AccountPage, ...]
    amount: Money
    fees: Money


def content_of(read: SettlementReport | StatementFile, *, source: Source) -> FileContent:
    """Return what a file that was read says, in our words.

    Raises:
        FileRefused: it is of the other kind or another party, or holds what is not whole dong.
    """
    match read:
        case SettlementReport():
            return _report(read, source)
        case StatementFile():
            return _statements(read, source)
    assert_never(read)


def _report(report: SettlementReport, source: Source) -> FileContent:
    if source.kind is not SourceKind.GATEWAY_REPORT or report.gateway != source.party:
        raise FileRefused(f"a report of {report.gateway}, not what {source.code} sends")
    kinds = {LineKind.PAYMENT: ItemKind.PAYMENT, LineKind.REFUND: ItemKind.REFUND}
    return FileContent(
        business_date=report.business_date,
        version=report.version,
        items=tuple(
            Item(
                line=line.line_number,
                kind=kinds[line.kind],
                reference=line.reference,
                transaction=line.gateway_transaction,
                amount=line.amount,
                fee=line.fee,
                occurred_at=line.paid_at,
                booked_on=None,
                party=line.beneficiary,
                payout=line.payout,
            )
            for line in report.lines
        ),
        pages=(),
        amount=report.total,
        fees=report.fee_total,
    )


def _statements(file: StatementFile, source: Source) -> FileContent:
    if source.kind is not SourceKind.BENEFICIARY_STATEMENT:
        raise FileRefused(f"a statement, not what {source.code} sends")
    for statement in file.statements:
        if statement.currency != CURRENCY:
            raise FileRefused(f"statement {statement.reference} is in {statement.currency}")
    items = tuple(
        _item(entry, account=statement.account)
        for statement in file.statements
        for entry in statement.entries
        if entry.amount
    )
    return FileContent(
        business_date=max(statement.closing.on for statement in file.statements),
        version=None,
        items=items,
        pages=tuple(_page(statement) for statement in file.statements),
        amount=_signed_total(items),
        fees=ZERO,
    )


def _item(entry: StatementEntry, *, account: str) -> Item:
    return Item(
        line=entry.line,
        kind=ItemKind.CREDIT if entry.amount > 0 else ItemKind.DEBIT,
        reference=entry.reference,
        transaction=entry.bank_reference,
        amount=_dong(abs(entry.amount), line=entry.line),
        fee=ZERO,
        occurred_at=None,
        booked_on=entry.booking_date,
        party=account,
        payout=entry.reference,
    )


def _page(statement: Statement) -> AccountPage:
    line = statement.entries[0].line if statement.entries else 1
    return AccountPage(
        account=statement.account,
        reference=statement.reference,
        sequence=statement.sequence,
        opening_on=statement.opening.on,
        opening=_dong(statement.opening.amount, line=line),
        closing_on=statement.closing.on,
        closing=_dong(statement.closing.amount, line=line),
    )


def _dong(amount: Decimal, *, line: int) -> Money:
    whole = int(amount)
    if whole != amount or abs(whole) > VND_MAX:
        raise FileRefused(f"line {line}: {amount} is not a sum of whole dong")
    return Money(whole)


def _signed_total(items: Sequence[Item]) -> Money:
    return total(item.amount if item.kind is ItemKind.CREDIT else -item.amount for item in items)
