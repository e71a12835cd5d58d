"""What became of the proof of a payment: money that went back ends it."""

import enum
from dataclasses import dataclass
from datetime import datetime

from ledger.money import Money
from payments.acknowledgement import SignedAcknowledgement


class AcknowledgementTurn(enum.StrEnum):
    """What ended a proof: money that went back."""

    REPLACED = "replaced"  # a part of it; another proof is for what is kept
    REVOKED = "revoked"  # all of it


@dataclass(frozen=True, slots=True)
class Ended:
    """That a proof counts no more, since `at`, because of a refund.

    `kept` is what is left of the money, `successor` the proof of that, None where nothing is left.
    """

    number: str
    turn: AcknowledgementTurn
    refund_number: str
    kept: Money
    at: datetime
    successor: SignedAcknowledgement | None


@dataclass(frozen=True, slots=True)
class Proven:
    """The newest proof of a payment; `ended` is what became of it and those before, in order."""

    signed: SignedAcknowledgement
    ended: tuple[Ended, ...] = ()

    @property
    def is_revoked(self) -> bool:
        """Say whether even the newest counts no more."""
        return bool(self.ended) and self.ended[-1].successor is None


def proven(first: SignedAcknowledgement, ended: tuple[Ended, ...]) -> Proven:
    """Return the proof of a payment as it stands, of the first and what became of it."""
    successors = [each.successor for each in ended if each.successor is not None]
    return Proven(successors[-1] if successors else first, ended)
