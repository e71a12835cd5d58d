"""A browser's request on paper, and settings to judge it with."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr
from starlette.requests import Request

from api.settings import Settings

SETTINGS = Settings(
    database_url="postgresql://nowhere/none",
    recon_database_url="postgresql://nowhere/none",
    citizen_url="http://citizen.test",
    staff_url="http://staff.test",
    partner_url="http://partner.test",
    inbox=Path("inbox"),
    seals=Path("seals"),
    secret_key=SecretStr("11" * 32),
    staff_key=SecretStr("staff-key-of-sixteen"),
    signing_key=SecretStr("22" * 32),
    personal_key=SecretStr("33" * 32),
    personal_index_key=SecretStr("44" * 32),
)


def request(
    headers: Mapping[str, str] | None = None, *, peer: str | None = "203.0.113.7"
) -> Request:
    """Return a request to the citizens' host; `peer` is the address the socket shows."""
    given = {"host": "citizen.test"} | dict(headers or {})
    return Request(
        {
            "type": "http",
            "method": "POST",
            "scheme": "http",
            "path": "/",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "client": (peer, 40000) if peer else None,
            "server": ("citizen.test", 80),
        }
    )
