"""Cookies as our pages set them: this host only, unreadable to scripts, never sent along across."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

_SECRET_SHAPE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie of ours; over https its name binds it to this very host."""

    name: str
    https: bool
    age_max_s: int

    @property
    def full_name(self) -> str:
        """Return the name as browsers send it."""
        return f"__Host-{self.name}" if self.https else self.name

    def read(self, request: Request) -> str:
        """Return the value, '' when there is none."""
        return request.cookies.get(self.full_name, "")

    def keep(self, response: Response, value: str) -> None:
        """Let the browser keep a value."""
        response.set_cookie(
            self.full_name,
            value,
            max_age=self.age_max_s,
            path="/",
            secure=self.https,
            httponly=True,
            samesite="lax",
        )

    def drop(self, response: Response) -> None:
        """Let the browser forget it."""
        response.delete_cookie(
            self.full_name, path="/", secure=self.https, httponly=True, samesite="lax"
        )


def is_secret(text: str) -> bool:
    """Say whether a text has the shape of a name or handle we draw: 256 bits, base64url."""
    return _SECRET_SHAPE.fullmatch(text) is not None
