"""What a look-up hands out instead of an id: a signed, timed word bound to who looked."""

from datetime import datetime, timedelta

from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from api.access.sealed import SKEW_S
from api.house import House
from payments.errors import NotFound

AGE_MAX_S = 3600


class _Signer(TimestampSigner):
    """Signs with the time of our own clock."""

    def __init__(self, secret: list[bytes], *, salt: bytes, now: datetime) -> None:
        """Keep the time it is."""
        super().__init__(secret, salt=salt)
        self._now = now

    def get_timestamp(self) -> int:
        """Return the time it is, in seconds."""
        return int(self._now.timestamp())


def seal_obligation(house: House, obligation_id: int, *, bound_to: str) -> str:
    """Return the token by which whoever looked an obligation up may pay it, for an hour."""
    return _serializer(house).dumps([obligation_id, bound_to])


def open_obligation(house: House, token: str, *, bound_to: str) -> int:
    """Return the obligation a token was made for.

    Raises:
        NotFound: forged, older than `AGE_MAX_S`, or handed out to somebody else.
    """
    try:
        (obligation_id, owner), sealed_at = _serializer(house).loads(token, return_timestamp=True)
    except (BadSignature, ValueError, TypeError) as error:
        raise NotFound from error
    age = house.clock() - sealed_at
    if owner != bound_to or not timedelta(seconds=-SKEW_S) <= age <= timedelta(seconds=AGE_MAX_S):
        raise NotFound
    return int(obligation_id)


def _serializer(house: House) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        house.settings.secret_key.get_secret_value(),
        salt="clearing.obligation",
        signer=_Signer,
        signer_kwargs={"now": house.clock()},
    )
