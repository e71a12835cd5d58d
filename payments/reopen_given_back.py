"""Open an obligation again of which more went back than was due back."""

from datetime import datetime

from ledger.money import total
from ledger.postgres.transaction import Tx
from payments.difference import Difference
from payments.event import REOPENED, Reckoned
from payments.obligation_states import OBLIGATION_STEPS, ObligationStep
from payments.owed import Owed
from payments.postgres import change_rows, outbox_rows, taken_rows


def reopen_given_back(tx: Tx, owed: Owed, *, cause: str, now: datetime) -> None:
    """Keep that less is kept than is due once money went back that was due back no more.

    `owed` is locked. Where what went back was due back, nothing changes.
    """
    obligation_id = owed.obligation_id
    given_back = taken_rows.given_back_for(tx, obligation_id)
    due_back = taken_rows.due_for(tx, obligation_id)
    if given_back <= due_back:
        return
    paid = total(part.paid for part in taken_rows.parts_for(tx, obligation_id))
    found = Difference(paid, paid - due_back, is_covered=False, given_back=given_back)
    change_rows.keep_refund_due(
        tx, obligation_id, version=owed.version, found=found, cause=cause, now=now
    )
    status = OBLIGATION_STEPS.get((owed.status, ObligationStep.REOPEN))
    if status is None:
        return
    change_rows.move_status(tx, obligation_id, to=status)
    opened = Reckoned(
        type=REOPENED,
        cause=cause,
        subscriber=owed.subscriber,
        obligation_id=obligation_id,
        kind=owed.kind,
        obligation_number=owed.number_shown,
        version=owed.version,
        paid=found.kept,
        due=found.due,
        refund=given_back,
        refund_before=due_back,
        old_status=owed.status,
        new_status=status,
        happened_at=now,
    )
    outbox_rows.add_events(tx, [opened], now=now)
