"""Refunds as people and partners look through them: by state and time, with all that happened."""

from dataclasses import dataclass
from datetime import datetime
from operator import eq, ge, lt
from typing import Final

from sqlalchemy import func, select

from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.postgres import refund_rows
from payments.postgres.refund_tables import refund
from payments.postgres.tables import evidence, obligation, payment, payment_line, step
from payments.refund import Refund
from payments.refund_states import RefundState, RefundStep

STEPS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class RefundsWanted:
    """What to list; None asks for all. `client` is whose payments, `before` the last one read.

    `since` and `until` are by when they were proposed, `until` itself is outside.
    """

    state: RefundState | None = None
    client: str | None = None
    payment_number: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A partner's word that a step was taken on: how it was judged, and what finds its bytes."""

    kind: str
    verdict: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class StepTaken:
    """One step of a refund; `evidence` is None where it was our own doing."""

    step: RefundStep
    after: RefundState
    at: datetime
    evidence: Word | None


def newest_refunds(tx: Tx, wanted: RefundsWanted, *, limit_max: int) -> list[Refund]:
    """Return refunds newest first."""
    conditions = [
        compare(column, given)
        for compare, column, given in (
            (eq, refund.c.state, wanted.state),
            (eq, payment.c.client, wanted.client),
            (eq, payment.c.number, wanted.payment_number),
            (ge, refund.c.proposed_at, wanted.since),
            (lt, refund.c.proposed_at, wanted.until),
            (lt, refund.c.refund_id, wanted.before),
        )
        if given is not None
    ]
    rows = tx.execute(
        select(refund.c.refund_id, refund.c.payment_id)
        .join(payment, payment.c.payment_id == refund.c.payment_id)
        .where(*conditions)
        .order_by(refund.c.refund_id.desc())
        .limit(limit_max)
    )
    places = {int(row.refund_id): int(row.payment_id) for row in rows}
    found = refund_rows.of_payments(tx, set(places.values()))
    return [each for each in reversed(found) if each.refund_id in places]


def steps_of(tx: Tx, refund_id: int) -> list[StepTaken]:
    """Return what happened to a refund since it was proposed, the first step first."""
    rows = tx.execute(
        select(
            step.c.step,
            step.c.to_state,
            step.c.at,
            evidence.c.kind,
            evidence.c.verdict,
            evidence.c.digest,
        )
        .outerjoin(evidence, evidence.c.evidence_id == step.c.evidence_id)
        .where(step.c.machine == "refund", step.c.subject_id == refund_id)
        .order_by(step.c.version)
        .limit(STEPS_MAX)
    )
    return [
        StepTaken(
            step=RefundStep(row.step),
            after=RefundState(row.to_state),
            at=row.at,
            evidence=None
            if row.digest is None
            else Word(str(row.kind), str(row.verdict), bytes(row.digest)),
        )
        for row in rows
    ]


def targets_of(tx: Tx, payment_id: int) -> list[int]:
    """Return the obligations a payment's money counts for: those it is for, or in their place."""
    counts_for = func.coalesce(obligation.c.successor_id, obligation.c.obligation_id)
    rows = tx.scalars(
        select(counts_for)
        .join(payment_line, payment_line.c.obligation_id == obligation.c.obligation_id)
        .where(payment_line.c.payment_id == payment_id)
        .distinct()
        .order_by(counts_for)
    )
    return [int(row) for row in rows]


def approved_since(tx: Tx, approver: str, *, since: datetime) -> Money:
    """Return how much a person has approved since then."""
    vnd = tx.scalar(
        select(func.coalesce(func.sum(refund.c.amount_vnd), 0)).where(
            refund.c.approved_by == approver, refund.c.approved_at >= since
        )
    )
    return Money(int(vnd or 0))
