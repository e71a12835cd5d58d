"""What a look-up hands out instead of an id: a signed, timed word bound to who looked."""

from itsdangerous import BadSignature, URLSafeTimedSerializer

from api.house import House
from payments.errors import NotFound

AGE_MAX_S = 3600


def seal_obligation(house: House, obligation_id: int, *, bound_to: str) -> str:
    """Return the token by which whoever looked an obligation up may pay it, for an hour."""
    return _serializer(house).dumps([obligation_id, bound_to])


def open_obligation(house: House, token: str, *, bound_to: str) -> int:
    """Return the obligation a token was made for.

    Raises:
        NotFound: forged, older than `AGE_MAX_S`, or handed out to somebody else.
    """
    try:
        obligation_id, owner = _serializer(house).loads(token, max_age=AGE_MAX_S)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound from error
    if owner != bound_to:
        raise NotFound
    return int(obligation_id)


def _serializer(house: House) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        house.settings.secret_key.get_secret_value(), salt="clearing.obligation"
    )
