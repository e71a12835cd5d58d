"""Whether a form was sent from a page of ours, by the browser that was shown it."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.settings import Settings

_NONCE_BYTES = 16


class FormForged(HTTPException):
    """A form that did not come from a page of ours, or whose session is over."""

    def __init__(self) -> None:
        """Answer 403 whatever the reason was."""
        super().__init__(403)


@dataclass(frozen=True, slots=True)
class FormOwner:
    """Whoever is shown a form, under the random name its cookie keeps."""

    name: str
    settings: Settings

    def token(self) -> str:
        """Return what the next form must bring back; fresh each time.

        A page that is compressed and holds the same secret twice would give it away bit by bit.
        """
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return base64.urlsafe_b64encode(nonce + self._mark(nonce)).decode()

    def require_own_form(self, request: Request, token: str) -> None:
        """Let only this owner's forms pass.

        Browsers name where a request comes from; those that do not are judged by the token alone.

        Raises:
            FormForged: sent from elsewhere, or shown to somebody else.
        """
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise FormForged
        origin = request.headers.get("origin")
        # Only the host is compared: behind a proxy the scheme seen here is not the browser's.
        try:
            if origin is not None and urlsplit(origin).netloc.lower() != request.url.netloc.lower():
                raise FormForged
            given = base64.urlsafe_b64decode(token.encode())
        except ValueError as error:
            raise FormForged from error
        nonce, mark = given[:_NONCE_BYTES], given[_NONCE_BYTES:]
        if not hmac.compare_digest(mark, self._mark(nonce)):
            raise FormForged

    def _mark(self, nonce: bytes) -> bytes:
        secret = bytes.fromhex(self.settings.secret_key.get_secret_value())
        key = hmac.digest(secret, b"form", "sha256")
        return hmac.digest(key, nonce + self.name.encode(), "sha256")
