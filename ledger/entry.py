"""A balanced entry, or none: transfers between two accounts each."""

import re
from dataclasses import dataclass
from datetime import date

from ledger.accounts import Account
from ledger.money import Money, total

TRANSFERS_MAX = 200
MOVEMENT_SHAPE = re.compile(r"[a-z_]{1,40}")
KEY_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{2,199}")
BATCH_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,119}")
SOURCE_SHAPE = re.compile(r"[ -~]{1,200}")
"""Printable ASCII without line ends, so that the canonical form of an entry is unmistakable."""
SUSPENSE = "suspense"
"""Stands where a batch names its beneficiary as long as its money has no owner."""


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
            ValueError: the amount is not above zero, both accounts are the same, or the batch is
                malformed.
        """
        if not self.amount.is_positive:
            msg = f"a transfer moves more than nothing, not {self.amount.vnd}"
            raise ValueError(msg)
        if self.debit == self.credit:
            msg = f"a transfer needs two accounts, not {self.debit.code} twice"
            raise ValueError(msg)
        if not BATCH_SHAPE.fullmatch(self.batch):
            msg = f"{self.batch!r} cannot name a batch"
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
        """Refuse an entry without transfers, or whose words the book cannot hold.

        Raises:
            ValueError: there is no transfer, or more than `TRANSFERS_MAX`, or the movement, key,
                source or corrected key is malformed.
        """
        if not 0 < len(self.transfers) <= TRANSFERS_MAX:
            msg = f"an entry has 1 to {TRANSFERS_MAX} transfers, not {len(self.transfers)}"
            raise ValueError(msg)
        if not MOVEMENT_SHAPE.fullmatch(self.movement):
            msg = f"{self.movement!r} cannot name a movement"
            raise ValueError(msg)
        for key in (self.key, self.corrects):
            if key is not None and not KEY_SHAPE.fullmatch(key):
                msg = f"{key!r} cannot be an idempotency key"
                raise ValueError(msg)
        if not SOURCE_SHAPE.fullmatch(self.source):
            msg = f"{self.source!r} cannot be a source: 1 to 200 printable ASCII characters"
            raise ValueError(msg)

    @property
    def amount(self) -> Money:
        """Return the sum of what moves."""
        return total(transfer.amount for transfer in self.transfers)


def batch_of(*, gateway: str, business_date: date, beneficiary: str) -> str:
    """Return the name of what one gateway passes on to one beneficiary for one business day."""
    return f"{gateway}/{business_date.isoformat()}/{beneficiary}"


def require_batch(batch: str, *, gateway: str, beneficiary: str | None) -> None:
    """Refuse a batch that is not of this gateway and beneficiary, whatever its day.

    Money whose owner was found later keeps the batch it waited under. None is any beneficiary.

    Raises:
        ValueError: money would leave an account under a batch it never came in with.
    """
    place = batch.rpartition("/")[2]
    if not batch.startswith(f"{gateway}/") or (
        beneficiary and place not in {beneficiary, SUSPENSE}
    ):
        msg = f"batch {batch} is not what {gateway} passes on to {beneficiary or 'anybody'}"
        raise ValueError(msg)
