"""Where a partner's payers may be sent back to once they come from a gateway."""

from collections.abc import Collection
from typing import Final
from urllib.parse import urlsplit

from payments.errors import InputRefused

RETURN_URL_MAX: Final = 500


def require_registered(url: str, *, origins: Collection[str]) -> None:
    """Refuse an address outside the origins registered for a partner.

    Raises:
        InputRefused: naming the field.
    """
    try:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
    except ValueError as error:
        raise InputRefused(field="body.return_url", reason="is no address") from error
    if not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise InputRefused(field="body.return_url", reason="has a sign no address has")
    if origin not in origins:
        raise InputRefused(
            field="body.return_url", reason="is not of an origin registered for this partner"
        )
