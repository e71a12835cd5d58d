"""The address an agency gives its user to pay one order: signed, so that nobody can make one up."""

from datetime import timedelta
from typing import Any, Final

from itsdangerous import BadSignature, URLSafeSerializer

from api.house import House
from payments.agency_order import AgencyOrder
from payments.errors import NotFound
from payments.postgres.agency_order_rows import order_by_reference

ORDER_HOURS_MAX: Final = 24
"""How long an order's address opens anything, from the hour it was placed."""


def seal_order(house: House, order: AgencyOrder) -> str:
    """Return the token that opens what was ordered; the same each time, as its answer must be."""
    return _serializer(house).dumps([order.agency, order.reference])


def open_order(house: House, token: str) -> AgencyOrder:
    """Return the order a token was made for.

    Raises:
        NotFound: forged or cut off, or the order is older than a day.
    """
    try:
        said: Any = _serializer(house).loads(token)
        agency, reference = said
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound from error
    with house.open_tx() as tx:
        order = order_by_reference(tx, agency=str(agency), reference=str(reference))
    if order is None or house.clock() - order.ordered_at > timedelta(hours=ORDER_HOURS_MAX):
        raise NotFound
    return order


def _serializer(house: House) -> URLSafeSerializer:
    return URLSafeSerializer(house.settings.secret_key.get_secret_value(), salt="clearing.order.2")
