"""The account a payment is owed to: a treasury unit, a social-insurance office, an agency."""

import re
from dataclasses import dataclass

from ledger.accounts import PARTY_SHAPE
from payments.errors import InputRefused

NAME_MAX = 200

_ACCOUNT_SHAPE = re.compile(r"[0-9A-Za-z][0-9A-Za-z.-]{2,33}")


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """One account; `code` is its name in the book, `statement_source` whose statements prove it."""

    code: str
    name: str
    account_number: str
    bank_name: str
    statement_source: str


def is_number_of(account: Beneficiary, number: str) -> bool:
    """Say whether an account is the one a number names, however it is punctuated."""
    return _signs(account.account_number) == _signs(number)


def check_beneficiary(beneficiary: Beneficiary) -> None:
    """Refuse an account that cannot be right.

    Raises:
        InputRefused: a code, the account number or a name is malformed.
    """
    for field, code in (
        ("code", beneficiary.code),
        ("statement_source", beneficiary.statement_source),
    ):
        if not PARTY_SHAPE.fullmatch(code):
            raise InputRefused(field=field, reason="is a code of letters, digits and .-_")
    if not _ACCOUNT_SHAPE.fullmatch(beneficiary.account_number):
        raise InputRefused(field="account_number", reason="has 3 to 34 letters and digits")
    for field, name in (("name", beneficiary.name), ("bank_name", beneficiary.bank_name)):
        if not 0 < len(name.strip()) <= NAME_MAX or not name.isprintable():
            raise InputRefused(field=field, reason=f"has 1 to {NAME_MAX} printable characters")


def _signs(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())
