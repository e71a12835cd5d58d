"""Apply what partners said, many at a time: evidence, book, states, proof and events as one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from gateways.contract import Verdict
from ledger.entry import Entry
from ledger.movements.captured import captured
from ledger.movements.captured_twice import captured_twice
from ledger.movements.parked import parked
from ledger.postgres.days import first_open_from
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import Tx
from payments.acknowledgement import (
    Acknowledgement,
    Signer,
    acknowledged_line,
    sign_acknowledgement,
)
from payments.business_calendar import BusinessCalendar
from payments.capture import Capture
from payments.decision import Movement
from payments.docket import Docket, Ruling, docket_of, transaction_of
from payments.event import OVERPAID, PAID, Change, changes_of
from payments.evidence import Received
from payments.obligations.rates import Rates
from payments.owed import Locked, Owed, priced_otherwise
from payments.payment import Payment
from payments.postgres import (
    acknowledgement_rows,
    attempt_rows,
    capture_rows,
    evidence_rows,
    lock_rows,
    outbox_rows,
    payment_rows,
    step_rows,
)
from payments.propose_refunds import propose_refunds
from payments.settle_differences import settle_differences
from payments.states import LOCKING

NOTICES_MAX: Final = 500


def apply_notices(
    tx: Tx,
    received: Sequence[Received],
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    rates: Rates,
    now: datetime,
) -> list[Verdict]:
    """Take in verified notices, in order, and return one verdict each.

    The number of statements does not grow with the number of notices, but with that of obligations
    that changed while somebody was paying them.

    Raises:
        ValueError: there are more than `NOTICES_MAX`.
        DayClosed: a day closed in this very moment; the same call succeeds when repeated.
    """
    if len(received) > NOTICES_MAX:
        raise ValueError(f"{len(received)} notices are more than {NOTICES_MAX} in one call")
    if not received:
        return []
    locked = lock_rows.lock_by_reference(
        tx, [(each.notice.gateway, each.notice.reference) for each in received]
    )
    docket = _docket(tx, locked, received)
    rulings = [docket.rule(each, now=now) for each in received]
    evidence = evidence_rows.keep_evidence(
        tx,
        [
            evidence_rows.Judged(
                ruling.received,
                ruling.verdict,
                None if ruling.attempt is None else ruling.attempt.attempt_id,
            )
            for ruling in rulings
        ],
    )
    moved = [ruling for ruling in rulings if ruling.attempt_move is not None]
    if moved:
        _keep(tx, moved, locked, evidence, calendar=calendar, signer=signer, now=now)
        _keep_locks(tx, moved, docket.owed, before=locked.owed, now=now)
        _reckon(tx, moved, docket.owed, rates=rates, now=now)
    return [ruling.verdict for ruling in rulings]


def _docket(tx: Tx, locked: Locked, received: Sequence[Received]) -> Docket:
    """Lock payments, then attempts, and return how all stands now that nobody else moves it."""
    if not locked.lines:
        return docket_of(attempts={}, payments={}, locked=locked, booked=())
    payment_ids = list(locked.lines)
    payments = payment_rows.lock_payments(tx, payment_ids, lines=locked.lines)
    attempts = attempt_rows.lock_of_payments(tx, payment_ids)
    known = capture_rows.known_captures(
        tx,
        payment_ids=payment_ids,
        transactions=[(each.notice.gateway, transaction_of(each.notice)) for each in received],
    )
    return docket_of(
        attempts=attempts,
        payments=payments,
        locked=locked,
        booked=[(each.gateway, each.gateway_transaction, each.attempt_id) for each in known],
    )


def _keep(
    tx: Tx,
    rulings: Sequence[Ruling],
    locked: Locked,
    evidence: Mapping[bytes, int],
    *,
    calendar: BusinessCalendar,
    signer: Signer,
    now: datetime,
) -> None:
    """Write down all that follows from rulings that move something."""
    evidence_ids = [evidence[evidence_rows.digest_of(ruling.received)] for ruling in rulings]
    captures = _captures(tx, rulings, evidence_ids, calendar)
    post_entries(tx, [_entry(capture, locked) for capture in captures])
    capture_rows.keep_captures(tx, captures)
    propose_refunds(tx, captures, now=now)
    step_rows.take_steps(
        tx,
        attempts=[
            replace(ruling.attempt_move, evidence_id=evidence_id)
            for ruling, evidence_id in zip(rulings, evidence_ids, strict=True)
            if ruling.attempt_move is not None
        ],
        payments=[
            replace(ruling.payment_move, evidence_id=evidence_id)
            for ruling, evidence_id in zip(rulings, evidence_ids, strict=True)
            if ruling.payment_move is not None
        ],
    )
    fulfilled = [capture for capture in captures if capture.movement is Movement.CAPTURED]
    payments = {
        ruling.payment_move.after.payment_id: ruling.payment_move.after
        for ruling in rulings
        if ruling.payment_move is not None
    }
    acknowledgement_rows.insert_acknowledgements(
        tx,
        {
            capture.payment_id: sign_acknowledgement(
                _acknowledgement(payments[capture.payment_id], capture, locked), signer=signer
            )
            for capture in fulfilled
        },
        now=now,
    )
    outbox_rows.add_events(tx, _changes(rulings, captures, locked), now=now)


def _captures(
    tx: Tx,
    rulings: Sequence[Ruling],
    evidence_ids: Sequence[int],
    calendar: BusinessCalendar,
) -> list[Capture]:
    """Return the sums to be booked, each on its business day or the first open one after."""
    taken = [
        (ruling, ruling.attempt, ruling.movement, ruling.paid_at, evidence_id)
        for ruling, evidence_id in zip(rulings, evidence_ids, strict=True)
    ]
    captures: list[Capture] = []
    for ruling, attempt, movement, paid_at, evidence_id in taken:
        notice = ruling.received.notice
        if movement is None or attempt is None or paid_at is None or notice.amount is None:
            continue
        captures.append(
            Capture(
                gateway=notice.gateway,
                gateway_transaction=transaction_of(notice),
                reference=notice.reference,
                attempt_id=attempt.attempt_id,
                payment_id=attempt.payment_id,
                movement=movement,
                amount=notice.amount,
                paid_at=paid_at,
                business_date=calendar.assign(notice.gateway, paid_at),
                evidence_id=evidence_id,
            )
        )
    if not captures:
        return []
    opens = first_open_from(tx, min(capture.business_date for capture in captures))
    return [
        replace(capture, business_date=_rolled(capture.business_date, opens, calendar))
        for capture in captures
    ]


def _rolled(day: date, opens: date, calendar: BusinessCalendar) -> date:
    """Return the business day, or the first one after all that are closed."""
    while day < opens:
        day = calendar.after(day)
    return day


def _entry(capture: Capture, locked: Locked) -> Entry:
    """Return how a sum enters the book."""
    source = f"evidence:{capture.evidence_id}"
    match capture.movement:
        case Movement.CAPTURED:
            return captured(
                key=capture.entry_key,
                gateway=capture.gateway,
                business_date=capture.business_date,
                source=source,
                lines=[
                    (line.beneficiary, line.amount) for line in locked.lines[capture.payment_id]
                ],
            )
        case Movement.CAPTURED_TWICE:
            return captured_twice(
                key=capture.entry_key,
                gateway=capture.gateway,
                business_date=capture.business_date,
                source=source,
                amount=capture.amount,
            )
        case Movement.PARKED:
            return parked(
                key=capture.entry_key,
                gateway=capture.gateway,
                business_date=capture.business_date,
                source=source,
                amount=capture.amount,
                differs=True,
            )


def _keep_locks(
    tx: Tx,
    rulings: Sequence[Ruling],
    owed: Mapping[int, Owed],
    *,
    before: Mapping[int, Owed],
    now: datetime,
) -> None:
    """Free what ended, hold again what came back to life, and mark what was paid."""
    moves = [ruling.payment_move for ruling in rulings if ruling.payment_move is not None]
    payments = {move.after.payment_id: move.after for move in moves}
    was_locking = {move.before.payment_id: move.before.state in LOCKING for move in reversed(moves)}
    released = [
        payment_id for payment_id, payment in payments.items() if payment.state not in LOCKING
    ]
    paid = [each for key, each in owed.items() if each != before[key]]
    lock_rows.close(tx, paid=paid, released=released)
    back = [
        (obligation_id, payment_id)
        for payment_id, payment in payments.items()
        if payment.state in LOCKING and not was_locking[payment_id]
        for line in payment.lines
        for obligation_id in {line.obligation_id, owed[line.obligation_id].counts_for}
    ]
    # Where another payment holds the obligation by now, that one goes on: money still counts.
    lock_rows.take(tx, sorted(set(back)), at=now)


def _reckon(
    tx: Tx, rulings: Sequence[Ruling], owed: Mapping[int, Owed], *, rates: Rates, now: datetime
) -> None:
    """Compare what was paid with what is due where a decision changed while it was being paid."""
    causes = {
        obligation_id: f"captured:{ruling.payment_move.after.number}"
        for ruling in rulings
        if ruling.movement is Movement.CAPTURED and ruling.payment_move is not None
        for obligation_id in priced_otherwise(ruling.payment_move.after, owed)
    }
    if causes:
        settle_differences(tx, causes, rates=rates, now=now)


def _acknowledgement(payment: Payment, capture: Capture, locked: Locked) -> Acknowledgement:
    return Acknowledgement(
        number=payment.number,
        lines=tuple(
            acknowledged_line(
                line,
                obligation_number=locked.owed[line.obligation_id].number_shown,
                kind=locked.owed[line.obligation_id].kind,
            )
            for line in payment.lines
        ),
        beneficiary=locked.beneficiaries[payment.lines[0].beneficiary],
        gateway=capture.gateway,
        gateway_transaction=capture.gateway_transaction,
        paid_at=capture.paid_at,
        priced_on=payment.priced_on,
    )


def _changes(
    rulings: Sequence[Ruling],
    captures: Sequence[Capture],
    locked: Locked,
) -> list[Change]:
    """Return what authorities are told: one change per obligation of each sum that was booked."""
    moves = [ruling.payment_move for ruling in rulings if ruling.movement is not None]
    return [
        change
        for move, capture in zip(moves, captures, strict=True)
        if move is not None and capture.movement is not Movement.PARKED
        for change in changes_of(
            move,
            locked.owed,
            type_=PAID if capture.movement is Movement.CAPTURED else OVERPAID,
            cause=capture.entry_key,
            gateway=capture.gateway,
            gateway_transaction=capture.gateway_transaction,
            taken=capture.amount,
        )
    ]
