"""Which partner is speaking, and whether its key has the right a door asks for."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Final

from fastapi import Request, Security
from fastapi.security import HTTPBearer
from starlette.exceptions import HTTPException

from api.access.errors import ScopeMissing
from api.access.scope import Scope
from api.house import House
from api.registered_partner import Caller

PARTNER_KEY: Final = HTTPBearer(
    scheme_name="partner_key", description="the key of a partner", auto_error=False
)


def partner_of(_house: House, scope: Scope) -> Callable[[Request, object], Awaitable[str]]:
    """Return the dependency that names the partner: 401 for nobody, 403 without the scope."""

    async def known(
        request: Request, _: Annotated[object, Security(PARTNER_KEY, scopes=[scope])]
    ) -> str:
        caller = caller_of(request)
        if scope not in caller.key.scopes:
            raise ScopeMissing(field="scope", reason=f"this key has no right to {scope}")
        return caller.partner.name

    return known


def caller_of(request: Request) -> Caller:
    """Return who is calling, as the door of partners found.

    Raises:
        HTTPException: 401, the same for no key, a wrong one and one that ended.
    """
    caller = caller_in(request.scope)
    if caller is None:
        raise HTTPException(401)
    return caller


def caller_in(scope: Mapping[str, object]) -> Caller | None:
    """Return who is calling, None when nobody known is."""
    state = scope.get("state")
    caller: object = state.get("caller") if isinstance(state, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] (a request's own scratch space)
    return caller if isinstance(caller, Caller) else None
