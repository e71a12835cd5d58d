"""Open a payment: lock what is owed, price it for today, write it down."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from ledger.money import Money, total
from ledger.postgres.transaction import Tx
from payments.errors import (
    AmountChanged,
    BeingPaid,
    InputRefused,
    NotFound,
    NotPayable,
    NumberTaken,
)
from payments.explanation import explanation_of
from payments.move import move_payment
from payments.obligation import ObligationStatus
from payments.obligations.rates import Rates
from payments.owed import Footing
from payments.payment import Payment, PaymentLine
from payments.postgres import lock_rows, payment_rows, step_rows
from payments.price_obligations import price_obligations
from payments.quote import Quote
from payments.states import PaymentState, PaymentStep

OBLIGATIONS_MAX: Final = 50
LINES_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Order:
    """What a payer wants to pay, and who asks.

    `shown` is the total the payer agreed to, None when none was shown. `number` and `handle_hash`
    are freshly drawn; `lifetime` is how long the payer has.
    """

    obligation_ids: tuple[int, ...]
    shown: Money | None
    language: str
    client: str
    number: str
    handle_hash: bytes
    lifetime: timedelta


def open_payment(tx: Tx, order: Order, *, rates: Rates, now: datetime, today: date) -> Payment:
    """Lock the obligations and return a payment of all of them at today's price.

    Raises:
        InputRefused: none, too many, doubled, or of more than one beneficiary.
        NotFound: an id names nothing.
        NotPayable: an obligation is paid or withdrawn, or nothing is due on it.
        BeingPaid: another payment of an obligation is alive.
        AmountChanged: the price today is not what the payer was shown.
        NumberTaken: the number or handle exists already.
    """
    wanted = _checked(order.obligation_ids)
    footings = _lock(tx, wanted, now=now)
    quotes = price_obligations(tx, wanted, on=today, rates=rates)
    lines = _lines(quotes, footings)
    due = total(line.amount for line in lines)
    if order.shown is not None and order.shown != due:
        raise AmountChanged(shown=order.shown, due=due)
    opened = Payment(
        payment_id=0,
        number=order.number,
        state=PaymentState.CREATED,
        version=0,
        amount=due,
        priced_on=today,
        language=order.language,
        client=order.client,
        created_at=now,
        expires_at=now + order.lifetime,
        paid_at=None,
        lines=lines,
    )
    payment_id = payment_rows.insert_payment(tx, opened, handle_hash=order.handle_hash)
    if payment_id is None:
        raise NumberTaken(order.number)
    return replace(opened, payment_id=payment_id)


def _checked(obligation_ids: Sequence[int]) -> tuple[int, ...]:
    if not 0 < len(obligation_ids) <= OBLIGATIONS_MAX:
        raise InputRefused(field="obligations", reason=f"has 1 to {OBLIGATIONS_MAX} entries")
    if len(set(obligation_ids)) != len(obligation_ids):
        raise InputRefused(field="obligations", reason="names one obligation twice")
    return tuple(obligation_ids)


def _lock(tx: Tx, wanted: Collection[int], *, now: datetime) -> dict[int, Footing]:
    """Lock the obligations' rows, and clear away payments no gateway ever heard of."""
    found = lock_rows.lock_footings(tx, wanted)
    if len(found) != len(wanted):
        raise NotFound("no such obligation")
    for footing in found.values():
        if footing.status is not ObligationStatus.OPEN:
            raise NotPayable(f"this obligation is {footing.status}")
    others = payment_rows.in_the_way(tx, wanted)
    if others:
        _expire_unheard(tx, [other.payment_id for other in others], now=now)
    return found


def _expire_unheard(tx: Tx, payment_ids: Collection[int], *, now: datetime) -> None:
    """End payments that are only created and past their time; nobody else has to be asked."""
    others = payment_rows.lock_payments(tx, payment_ids, lines={}).values()
    alive = [
        other.expires_at
        for other in others
        if other.state is not PaymentState.CREATED or now < other.expires_at
    ]
    if alive:
        raise BeingPaid(until=max(alive))
    moves = [move_payment(other, PaymentStep.EXPIRE, at=now) for other in others]
    step_rows.take_steps(tx, payments=moves)
    lock_rows.close(tx, paid=(), released=payment_ids)


def _lines(quotes: Sequence[Quote], footings: Mapping[int, Footing]) -> tuple[PaymentLine, ...]:
    priced = [(quote, line) for quote in quotes for line in quote.lines]
    if len(priced) > LINES_MAX:
        raise InputRefused(field="obligations", reason=f"has more than {LINES_MAX} amounts in all")
    if len({line.beneficiary for _, line in priced}) != 1:
        raise InputRefused(
            field="obligations", reason="are owed to different accounts: pay them one by one"
        )
    return tuple(
        PaymentLine(
            ordinal=ordinal,
            obligation_id=quote.obligation_id,
            part=line.part,
            amount=line.amount,
            beneficiary=line.beneficiary,
            budget=line.budget,
            explanation=explanation_of(line),
            obligation_version=footings[quote.obligation_id].version,
            captures_before=footings[quote.obligation_id].captures,
        )
        for ordinal, (quote, line) in enumerate(priced, start=1)
    )
