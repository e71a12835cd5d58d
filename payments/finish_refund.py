"""Keep that money went back: book, refund, payment, authorities and proof as one."""

from dataclasses import replace
from datetime import date, datetime

from ledger.money import ZERO, Money
from ledger.postgres.days import first_open_from
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from payments.acknowledgement import Signer
from payments.business_calendar import BusinessCalendar
from payments.decision import Movement
from payments.event import Returned
from payments.hold_refund import HeldRefund
from payments.move import move_payment
from payments.payment import Payment
from payments.postgres import outbox_rows, refund_rows, step_rows
from payments.refund import (
    Holder,
    Refund,
    RefundCause,
    RefundMove,
    RefundRoute,
    move_refund,
    step_after,
)
from payments.refund_entries import refund_entries
from payments.refund_states import RefundStep
from payments.reopen_given_back import reopen_given_back
from payments.replace_acknowledgement import replace_acknowledgement


def finish_refund(
    tx: Tx,
    held: HeldRefund,
    done: Refund,
    *,
    holder: Holder = Holder.GATEWAY,
    evidence_id: int | None = None,
    business_date: date | None = None,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> Refund:
    """Keep that the payer has the money back, and return the refund as it stands now.

    `done` is the refund of `held` with all that is known of how it ended. It is booked on
    `business_date`, None for the one it is now, or the first open one after.

    Raises:
        StepRefused: it is not under way.
        DayClosed: a day closed in this very moment; the same call succeeds when repeated.
    """
    move = move_refund(done, RefundStep.FINISH, at=now, evidence_id=evidence_id)
    if done.route is RefundRoute.GATEWAY:
        refund_rows.take_step(tx, move)
    else:
        refund_rows.take_last_step(tx, move)
    day = business_date or calendar.assign(done.gateway, now)
    _book(tx, held, move, day=day, holder=holder, calendar=calendar)
    after = tuple(
        replace(each, returned=each.returned + done.amount)
        if each.capture_id == done.capture_id
        else each
        for each in held.sums
    )
    step = step_after(
        after, is_another_under_way=held.is_another_under_way, is_settled=held.is_settled
    )
    payment = held.payment
    if step is not None:
        moved = move_payment(payment, step, at=now, evidence_id=evidence_id)
        step_rows.take_steps(tx, payments=[moved])
        payment = moved.after
    (kept,) = [each.kept for each in after if each.movement is Movement.CAPTURED] or [ZERO]
    outbox_rows.add_events(tx, _told(held, done, payment, kept, now=now), now=now)
    if done.cause is RefundCause.REFUND_DUE:
        replace_acknowledgement(
            tx,
            payment.payment_id,
            refund_number=done.number,
            kept=kept,
            signer=signer,
            now=now,
        )
    if done.obligation_id is not None:
        standing = held.locked.owed[held.locked.owed[done.obligation_id].counts_for]
        reopen_given_back(tx, standing, cause=f"refunded:{done.number}", now=now)
    return move.after


def _book(
    tx: Tx,
    held: HeldRefund,
    move: RefundMove,
    *,
    day: date,
    holder: Holder,
    calendar: BusinessCalendar,
) -> None:
    """Post what it does to the book, never before the money came in or into a closed day."""
    day = max(day, held.taken.business_date)
    opens = first_open_from(tx, day)
    while day < opens:
        day = calendar.after(day)
    source = f"refund:{move.after.number}"
    if move.evidence_id is not None:
        source = f"evidence:{move.evidence_id}"
    entries = refund_entries(
        move.after, held.taken, holder=holder, business_date=day, source=source
    )
    post_entries(tx, entries)


def _told(
    held: HeldRefund, done: Refund, payment: Payment, kept: Money, *, now: datetime
) -> list[Returned]:
    """Return what authorities are told: those whose money it was, and none of what differed.

    Of money that was never theirs an authority heard nothing when it came.
    """
    if done.cause is RefundCause.AMOUNT_DIFFERS:
        return []
    meant = (
        list(dict.fromkeys(line.obligation_id for line in payment.lines))
        if done.obligation_id is None
        else [done.obligation_id]
    )
    owed = held.locked.owed
    return [
        Returned(
            cause=done.number,
            subscriber=owed[each].subscriber or owed[each].provider,
            obligation_id=each,
            kind=owed[each].kind,
            obligation_number=owed[each].number_shown,
            payment_number=payment.number,
            reason=done.cause,
            route=done.route,
            document=done.decision or done.document,
            amount=done.amount,
            kept=kept,
            gateway=done.gateway,
            old_status=held.payment.state,
            new_status=payment.state,
            happened_at=now,
        )
        for each in meant
    ]
