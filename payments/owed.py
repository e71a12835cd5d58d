"""What payments are for, as it stands while nobody else can change it."""

from collections.abc import Mapping
from dataclasses import dataclass

from payments.beneficiary import Beneficiary
from payments.obligation import ObligationStatus
from payments.payment import PaymentLine


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation of a payment."""

    obligation_id: int
    provider: str
    kind: str
    number_shown: str
    status: ObligationStatus


@dataclass(frozen=True, slots=True)
class Locked:
    """The lines of payments by payment id, their obligations by id, their accounts by code."""

    lines: Mapping[int, tuple[PaymentLine, ...]]
    owed: Mapping[int, Owed]
    beneficiaries: Mapping[str, Beneficiary]
