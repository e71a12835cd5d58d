"""What payments are for, as it stands while nobody else can change it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from payments.beneficiary import Beneficiary
from payments.obligation import ObligationStatus
from payments.obligation_states import OBLIGATION_STEPS, ObligationStep
from payments.payment import Payment, PaymentLine


@dataclass(frozen=True, slots=True)
class Footing:
    """Where an obligation stands: its status, its version, how many payments were taken for it."""

    status: ObligationStatus
    version: int = 1
    captures: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """One obligation of a payment, or the newest one in its place.

    `subscriber` is who is told of it: the provider, or who took its place. `successor_id` is the
    obligation that money for this one counts for, None where it is itself.
    """

    obligation_id: int
    provider: str
    kind: str
    number_shown: str
    status: ObligationStatus
    version: int = 1
    captures: int = 0
    successor_id: int | None = None
    subscriber: str = ""

    @property
    def is_inherited(self) -> bool:
        """Say whether another authority took the place of its provider."""
        return self.subscriber != self.provider

    @property
    def counts_for(self) -> int:
        """Return the id of the obligation that money for this one counts for."""
        return self.obligation_id if self.successor_id is None else self.successor_id


@dataclass(frozen=True, slots=True)
class Locked:
    """The lines of payments by payment id, their obligations by id, their accounts by code.

    Obligations include those that took the place of others.
    """

    lines: Mapping[int, tuple[PaymentLine, ...]]
    owed: Mapping[int, Owed]
    beneficiaries: Mapping[str, Beneficiary]


def may_count(payment: Payment, owed: Mapping[int, Owed]) -> bool:
    """Say whether a payment's money still pays what it was meant for.

    It does not where somebody paid any of it meanwhile, or all of it was cancelled. Where only some
    was, the rest is paid, and what is cancelled is due back like any decision cancelled once paid.
    """
    targets = [(line, owed[owed[line.obligation_id].counts_for]) for line in payment.lines]
    if any(target.captures != line.captures_before for line, target in targets):
        return False
    statuses = {target.status for _, target in targets}
    return ObligationStatus.OPEN in statuses and ObligationStatus.PAID not in statuses


def taken(payment: Payment, owed: Mapping[int, Owed]) -> dict[int, Owed]:
    """Return the obligations a payment's money counts for, as they stand once it is taken."""
    leaves_open: dict[int, bool] = {}
    for line in payment.lines:
        target = owed[line.obligation_id].counts_for
        leaves_open[target] = leaves_open.get(target, False) or line.leaves_open
    after: dict[int, Owed] = {}
    for target, is_part in leaves_open.items():
        before = owed[target]
        step = ObligationStep.PAY_PART if is_part else ObligationStep.PAY
        # What was cancelled stays so, whatever comes in for it.
        status = OBLIGATION_STEPS.get((before.status, step), before.status)
        after[target] = replace(before, status=status, captures=before.captures + 1)
    return after


def priced_otherwise(payment: Payment, owed: Mapping[int, Owed]) -> frozenset[int]:
    """Return the obligations that read otherwise than when this payment was priced for them."""
    targets = [(line, owed[owed[line.obligation_id].counts_for]) for line in payment.lines]
    return frozenset(
        target.obligation_id
        for line, target in targets
        if (line.obligation_id, line.obligation_version) != (target.obligation_id, target.version)
    )
