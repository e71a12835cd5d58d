"""Clients open payments: what arrives while one transaction commits shares the next."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Response

from api.access.obligation_token import open_obligation
from api.house import House
from api.partner.idempotent import Once, answered
from api.partner.payment_in import PaymentIn
from api.partner.payment_out import Shown, payment_out, redirect_out
from api.start_payment import errand_for, order_for
from gateways.contract import Gateway
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.errors import GatewayNotOffered, InputRefused, PaymentsError
from payments.open_payments import Opened, open_payments
from payments.payment_order import Order
from payments.postgres.idempotency_rows import Keyed, Replay, begin_all, finish_all, let_go
from payments.start_payments import Start, Started, start_payments

BATCH_MAX: Final = 50
OPENED: Final = 201


@dataclass(frozen=True, slots=True)
class Asked:
    """One client's wish to open a payment."""

    client: str
    once: Once
    body: PaymentIn

    @property
    def keyed(self) -> Keyed:
        """Return what makes it the same wish when it comes again."""
        return Keyed(self.client, self.once.route, self.once.key)

    @property
    def digest(self) -> bytes:
        """Return what tells its body from another one under the same key."""
        return hashlib.sha256(self.body.model_dump_json().encode()).digest()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a wish is answered, now or once more."""

    status: int
    body: bytes
    is_replayed: bool = False

    def response(self) -> Response:
        """Return it as it is sent."""
        return answered(self.body, self.status, is_replayed=self.is_replayed)


def open_all(house: House, asked: Sequence[Asked]) -> list[Answer | PaymentsError]:
    """Open a payment for each wish, as if it came alone, and return its answer or refusal.

    Raises:
        KeyInFlight: the twin of one is at work elsewhere; alone, all others are answered.
    """
    told: dict[int, Answer | PaymentsError] = {}
    waiting = dict(enumerate(asked))
    while waiting:
        # Twins come one after the other: the second is answered as the first was.
        first = {each.keyed: place for place, each in reversed(waiting.items())}
        batch = {place: waiting.pop(place) for place in sorted(first.values())}
        with house.open_tx() as tx:
            told |= _open_batch(tx, house, batch)
    return [told[place] for place in range(len(asked))]


def _open_batch(
    tx: Tx, house: House, batch: Mapping[int, Asked]
) -> dict[int, Answer | PaymentsError]:
    begun = begin_all(tx, [(each.keyed, each.digest) for each in batch.values()], now=house.clock())
    told: dict[int, Answer | PaymentsError] = {}
    fresh: dict[int, Asked] = {}
    for (place, each), how in zip(batch.items(), begun, strict=True):
        if isinstance(how, Replay):
            told[place] = Answer(how.status, how.answer, is_replayed=True)
        elif isinstance(how, PaymentsError):
            told[place] = how
        else:
            fresh[place] = each
    answers = _open_fresh(tx, house, fresh)
    kept = {
        place: answer for place, answer in answers.items() if not isinstance(answer, PaymentsError)
    }
    finish_all(tx, [(fresh[place].keyed, one.status, one.body) for place, one in kept.items()])
    let_go(tx, [each.keyed for place, each in fresh.items() if place not in kept])
    return told | answers


def _open_fresh(
    tx: Tx, house: House, fresh: Mapping[int, Asked]
) -> dict[int, Answer | PaymentsError]:
    ordered = {place: _order(house, each) for place, each in fresh.items()}
    orders = {place: one for place, one in ordered.items() if isinstance(one, Order)}
    results = open_payments(
        tx, [*orders.values()], rates=house.rates, now=house.clock(), today=house.today()
    )
    tried = dict(zip(orders, results, strict=True))
    opened = {place: one for place, one in tried.items() if isinstance(one, Opened)}
    started = _start(tx, house, {place: (fresh[place], one) for place, one in opened.items()})
    refused = {
        place: one for place, one in (ordered | tried).items() if isinstance(one, PaymentsError)
    }
    return refused | {
        place: Answer(OPENED, _body(house, one, started.get(place)))
        for place, one in opened.items()
    }


def _order(house: House, asked: Asked) -> Order | PaymentsError:
    body = asked.body
    try:
        if body.start is not None:
            _starting(house, body.start.gateway)
        return order_for(
            house,
            obligation_ids=[
                open_obligation(house, token, bound_to=asked.client) for token in body.obligations
            ],
            shown=None if body.shown_total_vnd is None else Money(body.shown_total_vnd),
            language=body.language,
            client=asked.client,
            metadata=body.metadata,
            return_url=body.return_url or "",
        )
    except PaymentsError as refusal:
        return refusal


def _starting(house: House, code: str) -> Gateway:
    """Return a gateway that can be started with the payment.

    Raises:
        GatewayNotOffered: there is none of this name.
        InputRefused: it must be told over the network, which is an attempt of its own.
    """
    gateway = house.gateways.get(code)
    if gateway is None:
        raise GatewayNotOffered(f"there is no gateway {code}")
    if not gateway.capabilities.starts_alone:
        raise InputRefused(
            field="body.start.gateway", reason="is started by an attempt, not with the payment"
        )
    return gateway


def _start(tx: Tx, house: House, opened: Mapping[int, tuple[Asked, Opened]]) -> dict[int, Started]:
    """Start those whose payer has chosen; one whose gateway does not take it stays open."""
    starts = {
        place: Start(
            one.payment,
            _starting(house, start.gateway),
            errand_for(house, one.payment, one.obligations, payer_address=start.payer_address),
        )
        for place, (asked, one) in opened.items()
        if (start := asked.body.start) is not None
    }
    results = start_payments(tx, [*starts.values()], now=house.clock(), plan=house.ask_plan)
    return {
        place: result
        for place, result in zip(starts, results, strict=True)
        if isinstance(result, Started)
    }


def _body(house: House, one: Opened, started: Started | None) -> bytes:
    kept = Shown(
        one.payment if started is None else started.payment,
        () if started is None else (started.attempt,),
        (),
        {each.obligation_id: each for each in one.obligations},
        is_proven=False,
    )
    out = payment_out(house, kept)
    if started is not None:
        prepared = started.attempt.prepared
        action = house.gateways[started.attempt.gateway].start(prepared)
        out.next_action = redirect_out(action, expires_at=prepared.expires_at)
    return out.model_dump_json(by_alias=True).encode()
