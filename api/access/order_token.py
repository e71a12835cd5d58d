"""The address an agency gives its user to pay one order: signed, so that nobody can make one up."""

from itsdangerous import BadSignature, URLSafeSerializer

from api.house import House
from payments.errors import NotFound


def seal_order(house: House, obligation_id: int) -> str:
    """Return the token that opens what was ordered; the same each time, as its answer must be."""
    return _serializer(house).dumps(obligation_id)


def open_order(house: House, token: str) -> int:
    """Return the obligation a token was made for.

    Raises:
        NotFound: forged or cut off.
    """
    try:
        return int(_serializer(house).loads(token))
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound from error


def _serializer(house: House) -> URLSafeSerializer:
    return URLSafeSerializer(house.settings.secret_key.get_secret_value(), salt="clearing.order")
