"""MT940 as the simulated treasury writes it: whole dong, one statement per account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that came in under a payout's name."""

    credit_id: int
    payout: str
    amount_vnd: int
    text: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One account on one day; its opening balance is the closing one of the statement before.

    `account` is the beneficiary's code, `account_number` how its bank names it; `serial` counts all
    statements of the treasury, `number` those of the account.
    """

    serial: int
    account: str
    account_number: str
    number: int
    opened_on: date
    opening_vnd: int
    business_date: date
    credits: tuple[Credit, ...]

    @property
    def closing_vnd(self) -> int:
        """Return the balance after the credits."""
        return self.opening_vnd + sum(credit.amount_vnd for credit in self.credits)


def mt940(statements: Iterable[Statement]) -> str:
    """Return the statements one after another, each from :20: to :62F: and a closing dash."""
    return "".join(_statement(statement) for statement in statements)


def _statement(statement: Statement) -> str:
    day = statement.business_date
    lines = [
        f":20:KB{day:%Y%m%d}{statement.serial:06d}",
        f":25:{statement.account_number}",
        f":28C:{statement.number}/1",
        f":60F:{_balance(statement.opened_on, statement.opening_vnd)}",
    ]
    for credit in statement.credits:
        booked = f"{day:%y%m%d}{day:%m%d}C{credit.amount_vnd},NTRF"
        lines += [
            f":61:{booked}{credit.payout}//KB{credit.credit_id:014d}",
            f":86:{credit.text}",
        ]
    lines += [f":62F:{_balance(day, statement.closing_vnd)}", "-"]
    return "".join(f"{line}\r\n" for line in lines)


def _balance(day: date, amount_vnd: int) -> str:
    return f"C{day:%y%m%d}VND{amount_vnd},"
