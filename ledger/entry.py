"""A balanced entry, or none: transfers between two accounts each."""

import re
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.money import Money, total

TRANSFERS_MAX = 200
KEY_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{2,199}")


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved from one account's credit to another's debit; `batch` is what clears together."""

    debit: Account
    credit: Account
    amount: Money
    batch: str

    def __post_init__(self) -> None:
        """Refuse a transfer of nothing or to itself.

        Raises:
            ValueError: the amount is not above zero, or both accounts are the same.
        """
        if not self.amount.is_positive:
            msg = f"a transfer moves more than nothing, not {self.amount.vnd}"
            raise ValueError(msg)
        if self.debit == self.credit:
            msg = f"a transfer needs two accounts, not {self.debit.code} twice"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement of money on one business date, balanced by construction.

    `key` makes it happen once; `source` names what we believe (evidence, file line, person);
    `corrects` is the key of the entry this one mirrors, or None.
    """

    movement: str
    key: str
    business_date: date
    source: str
    transfers: tuple[Transfer, ...]
    corrects: str | None = None

    def __post_init__(self) -> None:
        """Refuse an entry without transfers or with a key no index should hold.

        Raises:
            ValueError: there is no transfer, or more than `TRANSFERS_MAX`, or the key is malformed.
        """
        if not 0 < len(self.transfers) <= TRANSFERS_MAX:
            msg = f"an entry has 1 to {TRANSFERS_MAX} transfers, not {len(self.transfers)}"
            raise ValueError(msg)
        if not KEY_SHAPE.fullmatch(self.key):
            msg = f"{self.key!r} cannot be an idempotency key"
            raise ValueError(msg)

    @property
    def amount(self) -> Money:
        """Return the sum of what moves."""
        return total(transfer.amount for transfer in self.transfers)


def batch_of(*, gateway: str, business_date: date, beneficiary: str) -> str:
    """Return the name of what one gateway passes on to one beneficiary for one business day."""
    return f"{gateway}/{business_date.isoformat()}/{beneficiary}"


