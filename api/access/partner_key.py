"""Which partner is speaking: a bearer key, compared by its hash in constant time."""

import hashlib
import hmac
from collections.abc import Callable
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from api.access.scope import Scope
from api.house import House

PARTNER_KEY: Final = HTTPBearer(
    scheme_name="partner_key", description="the key of a partner", auto_error=False
)


def partner_of(house: House, _scope: Scope | None = None) -> Callable[[Request, object], str]:
    """Return the dependency that names the partner or refuses with 401."""

    def known(request: Request, _: Annotated[object, Security(PARTNER_KEY)]) -> str:
        found = partner_by_key(house, request.headers.get("authorization", ""))
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
