"""Open many payments at once: lock what is owed, price it for today, write all of it down."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ledger.money import total
from ledger.postgres.transaction import Tx
from payments.client_event import news_of_opening
from payments.errors import (
    AmountChanged,
    BeingPaid,
    InputRefused,
    NotFound,
    NotPayable,
    NumberTaken,
    PaymentsError,
)
from payments.explanation import explanation_of
from payments.move import move_payment
from payments.obligation import Obligation, ObligationStatus
from payments.obligations.rates import Rates
from payments.owed import Footing
from payments.payment import Payment, PaymentLine
from payments.payment_order import LINES_MAX, OBLIGATIONS_MAX, Order
from payments.postgres import lock_rows, payment_rows, step_rows
from payments.postgres.client_event_rows import add_client_events
from payments.postgres.obligation_rows import obligations_by_id
from payments.quoting import quote
from payments.states import PaymentState, PaymentStep


@dataclass(frozen=True, slots=True)
class Opened:
    """A payment as it was opened, and what it is for, in the order asked for."""

    payment: Payment
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What orders are judged by, all of it locked; `held` says until when somebody else pays."""

    footings: Mapping[int, Footing]
    obligations: Mapping[int, Obligation]
    held: dict[int, datetime]
    rates: Rates
    now: datetime
    today: date


def open_payments(
    tx: Tx, orders: Sequence[Order], *, rates: Rates, now: datetime, today: date
) -> list[Opened | PaymentsError]:
    """Lock the obligations and return a payment of each order at today's price, or its refusal.

    A refusal is one of those `open_payment` raises and leaves nothing behind. The number of
    statements does not grow with the number of orders; the first of two that want the same wins.
    """
    wanted = sorted({each for order in orders for each in order.obligation_ids})
    footings = lock_rows.lock_footings(tx, wanted)
    desk = _Desk(
        footings=footings,
        obligations=obligations_by_id(tx, footings),
        held=_held(tx, footings, now=now),
        rates=rates,
        now=now,
        today=today,
    )
    drafts = [_drafted(order, desk) for order in orders]
    kept = payment_rows.insert_payments(
        tx,
        [
            (draft.payment, order.handle_hash)
            for draft, order in zip(drafts, orders, strict=True)
            if isinstance(draft, Opened)
        ],
    )
    add_client_events(tx, [news_of_opening(payment) for payment in kept.values()])
    return [draft if isinstance(draft, PaymentsError) else _opened(draft, kept) for draft in drafts]


def _held(tx: Tx, wanted: Collection[int], *, now: datetime) -> dict[int, datetime]:
    """Return until when others pay, by obligation, once what no gateway ever heard of is ended."""
    others = payment_rows.in_the_way_of(tx, wanted)
    waiting = {
        other.payment_id
        for _, other in others
        if other.state is PaymentState.CREATED and other.expires_at <= now
    }
    ended: set[int] = set()
    if waiting:
        locked = payment_rows.lock_payments(tx, waiting, lines={}).values()
        moves = [
            move_payment(other, PaymentStep.EXPIRE, at=now)
            for other in locked
            if other.state is PaymentState.CREATED
        ]
        step_rows.take_steps(tx, payments=moves)
        ended = {move.after.payment_id for move in moves}
        lock_rows.close(tx, paid=(), released=ended)
    held: dict[int, datetime] = {}
    for obligation_id, other in others:
        if other.payment_id not in ended:
            held[obligation_id] = max(other.expires_at, held.get(obligation_id, other.expires_at))
    return held


def _drafted(order: Order, desk: _Desk) -> Opened | PaymentsError:
    """Return the payment to write down, its obligations held from here on, or why there is none."""
    try:
        opened = _draft(order, desk)
    except PaymentsError as refusal:
        return refusal
    desk.held.update(dict.fromkeys(order.obligation_ids, opened.payment.expires_at))
    return opened


def _draft(order: Order, desk: _Desk) -> Opened:
    wanted = order.obligation_ids
    _check(wanted, desk)
    obligations = tuple(desk.obligations[each] for each in wanted)
    lines = _lines(obligations, desk)
    due = total(line.amount for line in lines)
    if order.shown is not None and order.shown != due:
        raise AmountChanged(shown=order.shown, due=due)
    payment = Payment(
        payment_id=0,
        number=order.number,
        state=PaymentState.CREATED,
        version=0,
        amount=due,
        priced_on=desk.today,
        language=order.language,
        client=order.client,
        created_at=desk.now,
        expires_at=desk.now + order.lifetime,
        paid_at=None,
        lines=lines,
        metadata=order.metadata,
        return_url=order.return_url,
    )
    return Opened(payment, obligations)


def _check(wanted: Sequence[int], desk: _Desk) -> None:
    if not 0 < len(wanted) <= OBLIGATIONS_MAX:
        raise InputRefused(field="obligations", reason=f"has 1 to {OBLIGATIONS_MAX} entries")
    if len(set(wanted)) != len(wanted):
        raise InputRefused(field="obligations", reason="names one obligation twice")
    if not all(each in desk.footings for each in wanted):
        raise NotFound("no such obligation")
    for each in wanted:
        status = desk.footings[each].status
        if status is not ObligationStatus.OPEN:
            raise NotPayable(f"this obligation is {status}")
    held = [desk.held[each] for each in wanted if each in desk.held]
    if held:
        raise BeingPaid(until=max(held), now=desk.now)


def _lines(obligations: Sequence[Obligation], desk: _Desk) -> tuple[PaymentLine, ...]:
    quotes = [quote(each, on=desk.today, rates=desk.rates) for each in obligations]
    priced = [(quoted, line) for quoted in quotes for line in quoted.lines]
    if len(priced) > LINES_MAX:
        raise InputRefused(field="obligations", reason=f"has more than {LINES_MAX} amounts in all")
    if len({line.beneficiary for _, line in priced}) != 1:
        raise InputRefused(
            field="obligations", reason="are owed to different accounts: pay them one by one"
        )
    return tuple(
        PaymentLine(
            ordinal=ordinal,
            obligation_id=quoted.obligation_id,
            part=line.part,
            amount=line.amount,
            beneficiary=line.beneficiary,
            budget=line.budget,
            explanation=explanation_of(line),
            obligation_version=desk.footings[quoted.obligation_id].version,
            captures_before=desk.footings[quoted.obligation_id].captures,
        )
        for ordinal, (quoted, line) in enumerate(priced, start=1)
    )


def _opened(draft: Opened, kept: Mapping[str, Payment]) -> Opened | PaymentsError:
    payment = kept.get(draft.payment.number)
    if payment is None:
        return NumberTaken(draft.payment.number)
    return Opened(payment, draft.obligations)
