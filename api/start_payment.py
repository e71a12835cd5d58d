"""What both the pages and the JSON door do to begin: draw a number, open, send to a gateway."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from api.house import House
from gateways.contract import NextAction
from ledger.money import Money
from ledger.postgres.transaction import Tx
from payments.cancel_payment import cancel_payment
from payments.errand import Errand
from payments.obligation import Obligation
from payments.obligations.registry import KINDS
from payments.open_payment import open_payment
from payments.payment import Payment
from payments.payment_number import payment_number
from payments.payment_order import Order
from payments.postgres.obligation_rows import obligations_by_id
from payments.routing import chosen
from payments.send_to_gateway import send_to_gateway

PURPOSE_MAX = 180
"""Letters that every gateway leaves room for beside the account and our reference."""

NOTHING_SAID: Final[Mapping[str, str]] = MappingProxyType({})
"""The metadata of a payment of our own pages."""

_NUMBER_BITS = 64


def handle_of(house: House, number: str) -> str:
    """Return the secret address part of a payment: 256 bits nobody can guess from the number."""
    key = bytes.fromhex(house.settings.secret_key.get_secret_value())
    mark = hmac.digest(key, b"payment-handle:" + number.encode(), "sha256")
    return base64.urlsafe_b64encode(mark).rstrip(b"=").decode()


def handle_hash(handle: str) -> bytes:
    """Return what the database keeps of a handle."""
    return hashlib.sha256(handle.encode()).digest()


def order_for(
    house: House,
    *,
    obligation_ids: Sequence[int],
    shown: Money | None,
    language: str,
    client: str,
    metadata: Mapping[str, str] = NOTHING_SAID,
    return_url: str = "",
) -> Order:
    """Return an order of these obligations under a freshly drawn number."""
    number = payment_number(secrets.randbits(_NUMBER_BITS))
    return Order(
        obligation_ids=tuple(obligation_ids),
        shown=shown,
        language=language,
        client=client,
        number=number,
        handle_hash=handle_hash(handle_of(house, number)),
        lifetime=timedelta(minutes=house.settings.payment_minutes),
        metadata=metadata,
        return_url=return_url,
    )


def open_for(
    tx: Tx,
    house: House,
    *,
    obligation_ids: Sequence[int],
    shown: Money | None,
    language: str,
    client: str,
    metadata: Mapping[str, str] = NOTHING_SAID,
    return_url: str = "",
) -> Payment:
    """Open a payment of these obligations under a freshly drawn number.

    Raises:
        payments.errors.PaymentsError: as `payments.open_payment` says.
    """
    order = order_for(
        house,
        obligation_ids=obligation_ids,
        shown=shown,
        language=language,
        client=client,
        metadata=metadata,
        return_url=return_url,
    )
    return open_payment(tx, order, rates=house.rates, now=house.clock(), today=house.today())


def errand_for(
    house: House, payment: Payment, owed: Sequence[Obligation], *, payer_address: str
) -> Errand:
    """Return what a gateway is told of a payment of these obligations, under a new reference."""
    return Errand(
        reference=f"{payment.number}-{secrets.token_hex(3)}".upper(),
        payer_address=payer_address,
        return_url=f"{house.settings.citizen_url}/return",
        purpose=_purpose(owed),
    )


def send(house: House, payment: Payment, *, gateway_code: str, payer_address: str) -> NextAction:
    """Send an open payment to the chosen gateway and return what the payer does next.

    Raises:
        GatewayNotOffered: no such gateway here.
        payments.errors.PaymentsError, gateways.errors.GatewayError: as `send_to_gateway` says.
    """
    gateway = chosen(house.gateways, code=gateway_code, amount=payment.amount)
    wanted = list(dict.fromkeys(line.obligation_id for line in payment.lines))
    with house.open_tx() as tx:
        owed = obligations_by_id(tx, wanted)
    errand = errand_for(
        house, payment, [owed[each] for each in wanted], payer_address=payer_address
    )
    return send_to_gateway(
        house.open_tx,
        gateway,
        payment_id=payment.payment_id,
        reference=errand.reference,
        payer_address=errand.payer_address,
        return_url=errand.return_url,
        purpose=errand.purpose,
        now=house.clock(),
        plan=house.ask_plan,
    )


def cancel_for(house: House, payment: Payment) -> Payment:
    """Cancel a payment and return how it stands once its gateway was asked.

    Raises:
        payments.errors.PaymentsError: as `payments.cancel_payment` says.
    """
    return cancel_payment(
        house.open_tx,
        house.gateways,
        payment_id=payment.payment_id,
        calendar=house.calendar,
        signer=house.signer,
        rates=house.rates,
        now=house.clock(),
        plan=house.ask_plan,
    )


def _purpose(owed: Sequence[Obligation]) -> str:
    """Return what the transfer must say: what is paid, under which numbers, or how many."""
    whole = "; ".join(KINDS[each.kind].purpose(each.facts, each.number_shown) for each in owed)
    numbers = ", ".join(each.number_shown for each in owed)
    return whole if len(whole) <= PURPOSE_MAX else f"{len(owed)} khoản: {numbers}"[:PURPOSE_MAX]
