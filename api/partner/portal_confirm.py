"""Telling an agency's system in the portal's dialect that what it ordered is paid."""

from collections.abc import Mapping

import httpx2

from api.partner.portal_messages import Code, Kind, told, unwrapped
from api.settings import Agency
from ledger.postgres.transaction import OpenTx
from payments.agency_order import OrderPaid, paid_order
from payments.event import PAID, Event
from payments.postgres import agency_order_rows
from payments.tell_provider import Deliver, Delivered

TIMEOUT_S = 10
ERROR_MAX = 200
_TAKEN = (Code.DONE.value, Code.ALREADY.value)


def portal_deliverer(
    open_tx: OpenTx, client: httpx2.Client, agencies: Mapping[str, Agency], otherwise: Deliver
) -> Deliver:
    """Return the way events reach agencies of the dialect; others' go the way they went.

    The dialect has one word for us to say, "paid": what it has no word for is told by saying
    nothing, and an agency that wants to know asks.
    """

    def deliver(event: Event) -> Delivered:
        agency = agencies.get(event.subscriber)
        if agency is None:
            return otherwise(event)
        paid = _paid(open_tx, event) if event.type == PAID else None
        if paid is None:
            return Delivered(is_taken=True, error="")
        return _confirm(client, agency, paid)

    return deliver


def _paid(open_tx: OpenTx, event: Event) -> OrderPaid | None:
    """Return the order this payment fulfils, None when the agency placed none for it."""
    data = event.payload["data"]
    assert isinstance(data, dict), "an event says what happened"
    with open_tx() as tx:
        orders = agency_order_rows.orders_of(tx, event.obligation_id, agency=event.subscriber)
        settled = agency_order_rows.settled_payments(tx, event.obligation_id)
    for one in settled:
        if one.number == data["payment_number"]:
            order = paid_order(orders, one)
            return None if order is None else OrderPaid(order, one)
    return None


def _confirm(client: httpx2.Client, agency: Agency, paid: OrderPaid) -> Delivered:
    message = told(Kind.CONFIRM, paid, secret=agency.secret.get_secret_value())
    headers: dict[str, str] = {}
    if agency.confirm_bearer is not None:
        headers["authorization"] = f"Bearer {agency.confirm_bearer.get_secret_value()}"
    try:
        answer = client.post(agency.confirm_url, json=message, headers=headers, timeout=TIMEOUT_S)
    except httpx2.HTTPError as error:
        return Delivered(is_taken=False, error=f"{type(error).__name__}: {error}"[:ERROR_MAX])
    wrong = _wrong(answer, paid.order.reference)
    return Delivered(is_taken=not wrong, error=wrong[:ERROR_MAX], status=answer.status_code)


def _wrong(answer: httpx2.Response, reference: str) -> str:
    """Return what keeps an answer from meaning "recorded", '' when nothing does."""
    said = unwrapped(answer.content)
    if answer.status_code != 200:
        return f"HTTP {answer.status_code}"
    if said is None:
        return "no answer of the dialect"
    if said.get("MaThamChieu", reference) != reference:
        return "an answer to another reference"
    return "" if said.get("MaLoi") in _TAKEN else f"MaLoi {said.get('MaLoi')}"
