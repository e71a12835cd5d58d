"""The journal as hledger text: strict checks hold, and it ends by saying what we think stands.

An account's name is its type, a colon and our code, such as `assets:receivable:vnpay`. A
transaction is an entry: its code is the key, its description the movement, its tags the rest. The
source is percent-encoded, because a comma would end a tag and begin another.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from ledger.accounts import Account, account_of
from ledger.exports.journal import TYPES, AccountType, Journal, Line, instant_text
from ledger.money import ZERO

_ROOTS: Final[Mapping[AccountType, str]] = MappingProxyType(
    {
        AccountType.ASSET: "assets",
        AccountType.LIABILITY: "liabilities",
        AccountType.EXPENSE: "expenses",
        AccountType.REVENUE: "revenues",
    }
)


def hledger_text(journal: Journal) -> Iterator[str]:
    """Return the file in pieces."""
    yield _head(journal)
    if not journal.closing:
        return
    if any(net != ZERO for net in journal.opening.values()):
        yield _opening(journal)
    for _, lines in groupby(journal.lines, key=attrgetter("entry_id")):
        yield _transaction(lines)
    yield _closing(journal)


def account_name(account: Account) -> str:
    """Return the name of an account in hledger."""
    return f"{_ROOTS[TYPES[account.kind]]}:{account.code}"


def account_named(name: str) -> Account:
    """Return the account that has this name in hledger.

    Raises:
        ValueError: it is not a name `account_name` gives.
    """
    account = account_of(name.partition(":")[2])
    if account_name(account) != name:
        msg = f"{name!r} is not an account of the book"
        raise ValueError(msg)
    return account


def _head(journal: Journal) -> str:
    accounts = "".join(
        f"account {account_name(account)}  ; type:{TYPES[account.kind].value}\n"
        for account in journal.closing
    )
    return (
        "; Journal of the book, in whole dong.\n"
        f"; Business days {journal.span.days_text},\n"
        f"; as recorded by {instant_text(journal.span.recorded_by)}.\n"
        "\n"
        "decimal-mark .\n"
        "commodity 1000. VND\n"
        "\n"
        f"{accounts}"
    )


def _opening(journal: Journal) -> str:
    postings = "".join(
        f"    {account_name(account)}  {net.vnd} VND\n"
        for account, net in journal.opening.items()
        if net != ZERO
    )
    return f"\n{journal.opened_on.isoformat()} * opening balances\n{postings}"


def _transaction(lines: Iterator[Line]) -> str:
    first = next(lines)
    corrects = f", corrects:{first.corrects}" if first.corrects else ""
    text = (
        f"\n{first.business_date.isoformat()} * ({first.key}) {first.movement}"
        f"  ; source:{quote(first.source, safe='/:')},"
        f" recorded:{instant_text(first.recorded_at)}{corrects}\n{_postings(first)}"
    )
    for line in lines:
        text += _postings(line)
    return text


def _postings(line: Line) -> str:
    return (
        f"    {_name(line.debit)}  {line.amount_vnd} VND  ; batch:{line.batch}\n"
        f"    {_name(line.credit)}  -{line.amount_vnd} VND  ; batch:{line.batch}\n"
    )


def _closing(journal: Journal) -> str:
    """Return a transaction of nothing that asserts every balance, so that a cut file shows."""
    assertions = "".join(
        f"    {account_name(account)}  0 VND = {net.vnd} VND\n"
        for account, net in journal.closing.items()
    )
    return f"\n{journal.closed_on.isoformat()} * closing balances\n{assertions}"


@cache
def _name(code: str) -> str:
    return account_name(account_of(code))
