"""Which partner is speaking."""

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.access.partner_key import partner_of
from api.house import House
from tests.api.conftest import PARTNER_KEY


def asking(header: str) -> Request:
    headers = [(b"authorization", header.encode())]
    return Request({"type": "http", "headers": headers})


def test_a_known_key_names_its_partner(house: House) -> None:
    assert partner_of(house)(asking(f"Bearer {PARTNER_KEY}"), None) == "portal"
    assert partner_of(house)(asking("bearer another key"), None) == "ministry"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer wrong", f"Basic {PARTNER_KEY}", PARTNER_KEY, "Bearer \x00"]
)
def test_anything_else_is_refused_alike(house: House, header: str) -> None:
    with pytest.raises(HTTPException) as caught:
        partner_of(house)(asking(header), None)
    assert caught.value.status_code == 401
