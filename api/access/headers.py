"""What every answer tells the browser: no foreign content, no framing, no keeping."""

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS: Final = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_TWO_YEARS_S: Final = 63_072_000


class SafeHeaders:
    """Adds the headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        """Wrap a host; `https` says that browsers reach it encrypted and shall never do else."""
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_asset = str(scope["path"]).startswith("/static/")

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS:
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", content_policy())
                # An asset's address changes with its content; a page may hold a person's payment.
                is_kept = is_asset and message["status"] < 400
                kept = "public, max-age=31536000, immutable" if is_kept else "no-store"
                headers.setdefault("Cache-Control", kept)
                if self._https:
                    headers.setdefault(
                        "Strict-Transport-Security", f"max-age={_TWO_YEARS_S}; includeSubDomains"
                    )
            await send(message)

        await self._app(scope, receive, send_safely)


def content_policy(*, form_targets: Iterable[str] = ()) -> str:
    """Return the Content-Security-Policy; forms of the page may lead to these origins as well.

    Browsers check the address a form is forwarded to too, so a page whose form leads to a gateway
    must name it.
    """
    targets = " ".join(["'self'", *sorted(form_targets)])
    return (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action {targets}"
    )
