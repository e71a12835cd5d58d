"""The chart: every place money can stand."""

import enum
import re
from dataclasses import dataclass

PARTY_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")


class AccountKind(enum.StrEnum):
    """What it means that money stands here."""

    RECEIVABLE = "receivable"  # a gateway took it and has not passed it on
    IN_TRANSIT = "in_transit"  # reported passed on, not yet seen by the beneficiary
    PAYABLE = "payable"  # owed to a beneficiary account
    REFUND_PAYABLE = "refund_payable"  # owed back to a payer
    SUSPENSE_UNIDENTIFIED = "suspense_unidentified"  # money without an owner
    SUSPENSE_DIFFERENCE = "suspense_difference"  # money that differs from what was asked
    CLAIM = "claim"  # a party owes an answer
    OVERDUE = "overdue"  # passed on, but not credited in time
    GATEWAY_FEE = "gateway_fee"
    FEE_DISPUTE = "fee_dispute"
    LOSS = "loss"
    GAIN = "gain"


CLEARING = frozenset({AccountKind.RECEIVABLE, AccountKind.IN_TRANSIT, AccountKind.PAYABLE})
"""Accounts that return to zero per gateway, business day and batch."""

_WITHOUT_PARTY = frozenset({AccountKind.LOSS, AccountKind.GAIN})


@dataclass(frozen=True, slots=True, order=True)
class Account:
    """One place: a kind and the party it is kept for ('' only for loss and gain)."""

    kind: AccountKind
    party: str

    def __post_init__(self) -> None:
        """Refuse an account outside the chart.

        Raises:
            ValueError: the party is missing, malformed, or given where none belongs.
        """
        if (self.kind in _WITHOUT_PARTY) != (self.party == ""):
            msg = f"account kind {self.kind} and party {self.party!r} do not go together"
            raise ValueError(msg)
        if self.party and not PARTY_SHAPE.fullmatch(self.party):
            msg = f"{self.party!r} cannot name a party: letters, digits, dot, dash, underscore"
            raise ValueError(msg)

    @property
    def code(self) -> str:
        """Return the name used in the database, such as `receivable:vnpay`."""
        return f"{self.kind}:{self.party}" if self.party else str(self.kind)


def owed_to(beneficiary: str | None, *, gateway: str) -> Account:
    """Return where our debt to a beneficiary stands, to a payer when that is None."""
    if beneficiary is None:
        return Account(AccountKind.REFUND_PAYABLE, gateway)
    return Account(AccountKind.PAYABLE, beneficiary)


def account_of(code: str) -> Account:
    """Return the account a code names.

    Raises:
        ValueError: the code is not of this chart.
    """
    kind, _, party = code.partition(":")
    return Account(AccountKind(kind), party)
