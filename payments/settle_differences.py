"""Compare what was paid with what is due, where an obligation reads otherwise than it was paid."""

from collections.abc import Mapping
from datetime import datetime

from ledger.money import ZERO, Money
from ledger.postgres.transaction import Tx
from payments.difference import Difference, difference
from payments.errors import InputRefused, NotPayable
from payments.event import REFUND_DUE, REOPENED, Reckoned
from payments.obligation import Obligation, ObligationStatus
from payments.obligation_states import OBLIGATION_STEPS, ObligationStep
from payments.obligations.rates import Rates
from payments.owed import Owed
from payments.postgres import change_rows, lock_rows, outbox_rows
from payments.postgres.obligation_rows import obligations_by_id
from payments.propose_due import propose_due


def settle_differences(tx: Tx, causes: Mapping[int, str], *, rates: Rates, now: datetime) -> None:
    """Close what is covered, open again what is not, and keep and propose what is due back.

    `causes` says by obligation id why it is worth comparing. What cannot be priced for the days it
    was paid on stays as it is. Repeating it changes nothing.
    """
    owed = lock_rows.lock_owed(tx, causes)
    obligations = obligations_by_id(tx, causes)
    events: list[Reckoned] = []
    for obligation_id in sorted(causes):
        try:
            found = difference(obligations[obligation_id], rates=rates)
        except (InputRefused, NotPayable):
            # Money was taken as agreed; without a rate nobody can say that it was wrong.
            continue
        before = change_rows.refunds_due(tx, obligation_id)
        if before and obligations[obligation_id].status is ObligationStatus.SUPERSEDED:
            # What was paid for it counts for the decision in its place, and is due back there.
            found = Difference(before[-1].paid, before[-1].paid, is_covered=True)
        if found is not None:
            events += _settle(
                tx,
                obligations[obligation_id],
                owed[obligation_id],
                found,
                refund_before=before[-1].difference if before else ZERO,
                cause=causes[obligation_id],
                now=now,
            )
    outbox_rows.add_events(tx, events, now=now)


def _settle(
    tx: Tx,
    obligation: Obligation,
    owed: Owed,
    found: Difference,
    *,
    refund_before: Money,
    cause: str,
    now: datetime,
) -> list[Reckoned]:
    step = ObligationStep.CLOSE if found.is_covered else ObligationStep.REOPEN
    status = OBLIGATION_STEPS.get((obligation.status, step), obligation.status)
    if status is not obligation.status:
        change_rows.move_status(tx, obligation.obligation_id, to=status)
    types: list[str] = []
    if found.beyond != refund_before:
        change_rows.keep_refund_due(
            tx,
            obligation.obligation_id,
            version=obligation.version,
            found=found,
            cause=cause,
            now=now,
        )
        propose_due(tx, obligation.obligation_id, due=found.beyond, document=cause, now=now)
        types.append(REFUND_DUE)
    if step is ObligationStep.REOPEN and status is not obligation.status:
        types.append(REOPENED)
    return [
        Reckoned(
            type=type_,
            cause=cause,
            subscriber=owed.subscriber,
            obligation_id=obligation.obligation_id,
            kind=obligation.kind,
            obligation_number=obligation.number_shown,
            version=obligation.version,
            paid=found.paid if type_ == REFUND_DUE else found.kept,
            due=found.due_of_that if type_ == REFUND_DUE else found.due,
            refund=found.beyond,
            refund_before=refund_before,
            old_status=obligation.status,
            new_status=status,
            happened_at=now,
        )
        for type_ in types
    ]
