"""Whether a form was sent from a page of ours, by the one who was shown it."""

import base64
import hmac
import secrets
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


def form_token(settings: Settings, session: str) -> str:
    """Return what a form must bring back; fresh each time, so that compression tells nothing."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return base64.urlsafe_b64encode(nonce + _mark(settings, session, nonce)).decode()


def require_own_form(request: Request, *, settings: Settings, session: str, token: str) -> None:
    """Let only forms of our own pages pass.

    Browsers name where a request comes from; those that do not are judged by the token alone.

    Raises:
        FormForged: sent from elsewhere, or the token is not of this session.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise FormForged
    origin = request.headers.get("origin")
    # Only the host is compared: behind a proxy the scheme seen here is not the browser's.
    if origin is not None and urlsplit(origin).netloc.lower() != request.url.netloc.lower():
        raise FormForged
    try:
        given = base64.urlsafe_b64decode(token.encode())
    except ValueError as error:
        raise FormForged from error
    nonce, mark = given[:_NONCE_BYTES], given[_NONCE_BYTES:]
    if not session or not hmac.compare_digest(mark, _mark(settings, session, nonce)):
        raise FormForged


def _mark(settings: Settings, session: str, nonce: bytes) -> bytes:
    secret = bytes.fromhex(settings.secret_key.get_secret_value())
    key = hmac.digest(secret, b"form", "sha256")
    return hmac.digest(key, nonce + session.encode(), "sha256")
