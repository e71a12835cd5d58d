"""The journal as beancount text: every account opened, and it ends by saying what stands.

An account's name is its type, its kind and its party, such as `Assets:In-Transit:Vnpay`. Parts
of a name begin with an upper-case letter or a digit and go on with letters, digits and dashes, so
a party is written in signs that lead back to it, whatever its letters:

    first letter small: written large, `kbnn-0011` is `Kbnn-0011`; but `q` is `Qq`
    first letter large: `Q` in front, `Kbnn` is `QKbnn`
    after the first: underscore `Qu`, dot `Qd`, large Q `QQ`

The names of the book stand beside as metadata, so nobody needs to read these signs.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Final

from ledger.accounts import Account, AccountKind, account_of
from ledger.exports.journal import TYPES, AccountType, Journal, Line, instant_text
from ledger.money import ZERO

_ROOTS: Final[Mapping[AccountType, str]] = MappingProxyType(
    {
        AccountType.ASSET: "Assets",
        AccountType.LIABILITY: "Liabilities",
        AccountType.EXPENSE: "Expenses",
        AccountType.REVENUE: "Income",
    }
)
_SIGNS: Final = MappingProxyType({"_": "Qu", ".": "Qd", "Q": "QQ"})
_MEANT: Final = MappingProxyType({written: sign for sign, written in _SIGNS.items()})


def beancount_text(journal: Journal) -> Iterator[str]:
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
    """Return the name of an account in beancount."""
    kind = "-".join(word.capitalize() for word in account.kind.split("_"))
    name = f"{_ROOTS[TYPES[account.kind]]}:{kind}"
    return f"{name}:{_written(account.party)}" if account.party else name


def account_named(name: str) -> Account:
    """Return the account that has this name in beancount.

    Raises:
        ValueError: it is not a name `account_name` gives.
    """
    _, kind, party, *_ = (*name.split(":"), "", "")
    account = Account(AccountKind(kind.lower().replace("-", "_")), _meant(party))
    if account_name(account) != name:
        msg = f"{name!r} is not an account of the book"
        raise ValueError(msg)
    return account


def _written(party: str) -> str:
    first, rest = party[0], re.sub(r"[_.Q]", lambda sign: _SIGNS[sign[0]], party[1:])
    if first == "q":
        return f"Qq{rest}"
    return f"Q{first}{rest}" if first.isupper() else f"{first.upper()}{rest}"


def _meant(written: str) -> str:
    kept = re.match(r"Q([A-Zq])", written)
    first, rest = (kept[1], written[2:]) if kept else (written[:1].lower(), written[1:])
    return first + re.sub(r"Q[udQ]", lambda sign: _MEANT[sign[0]], rest)


def _head(journal: Journal) -> str:
    accounts = "".join(
        f"{journal.opened_on.isoformat()} open {account_name(account)} VND\n"
        f'  code: "{account.code}"\n'
        for account in journal.closing
    )
    return (
        f"; Business days {journal.span.days_text},\n"
        f"; as recorded by {instant_text(journal.span.recorded_by)}.\n"
        'option "title" "Journal of the book, in whole dong"\n'
        'option "operating_currency" "VND"\n'
        "\n"
        f"{accounts}"
    )


def _opening(journal: Journal) -> str:
    postings = "".join(
        f"  {account_name(account)}  {net.vnd} VND\n"
        for account, net in journal.opening.items()
        if net != ZERO
    )
    return f'\n{journal.opened_on.isoformat()} * "opening balances"\n{postings}'


def _transaction(lines: Iterator[Line]) -> str:
    first = next(lines)
    corrects = f'  corrects: "{first.corrects}"\n' if first.corrects else ""
    text = (
        f'\n{first.business_date.isoformat()} * "{first.movement}"\n'
        f'  key: "{first.key}"\n'
        f'  source: "{_quoted(first.source)}"\n'
        f'  recorded: "{instant_text(first.recorded_at)}"\n'
        f"{corrects}{_postings(first)}"
    )
    for line in lines:
        text += _postings(line)
    return text


def _postings(line: Line) -> str:
    return (
        f"  {_name(line.debit)}  {line.amount_vnd} VND\n"
        f'    batch: "{line.batch}"\n'
        f"  {_name(line.credit)}  -{line.amount_vnd} VND\n"
        f'    batch: "{line.batch}"\n'
    )


def _closing(journal: Journal) -> str:
    """Return an assertion of every balance, which beancount takes at the next day's beginning."""
    day = (journal.closed_on + timedelta(days=1)).isoformat()
    assertions = "".join(
        f"{day} balance {account_name(account)}  {net.vnd} VND\n"
        for account, net in journal.closing.items()
    )
    return f"\n{assertions}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


@cache
def _name(code: str) -> str:
    return account_name(account_of(code))
