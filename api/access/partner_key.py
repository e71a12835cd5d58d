"""Which partner is speaking: a bearer key, compared by its hash in constant time."""

import hashlib
import hmac
from collections.abc import Callable

from fastapi import Header
from starlette.exceptions import HTTPException

from api.house import House


def partner_of(house: House) -> Callable[[str], str]:
    """Return the dependency that names the partner or refuses with 401."""

    def known(authorization: str = Header(default="")) -> str:
        found = partner_by_key(house, authorization)
        if not found:
            raise HTTPException(401)
        return found

    return known


def partner_by_key(house: House, authorization: str) -> str:
    """Return whose key an Authorization header shows, '' when nobody's."""
    scheme, _, key = authorization.partition(" ")
    digest = hashlib.sha256(key.strip().encode()).hexdigest()
    found = ""
    # Every key is compared, so that time tells nothing about which one nearly fitted.
    for name, expected in house.settings.partner_keys.items():
        if hmac.compare_digest(digest, expected):
            found = name
    return found if scheme.lower() == "bearer" else ""
