"""Payers go back to registered origins and to nothing that only looks like one."""

import pytest

from api.partner.return_address import require_registered
from payments.errors import InputRefused

ORIGINS = ("https://portal.test", "http://127.0.0.1:8704")


@pytest.mark.parametrize(
    "url",
    [
        "https://portal.test",
        "https://portal.test/",
        "https://portal.test/back?case=1#end",
        "http://127.0.0.1:8704/back",
    ],
)
def test_an_address_of_a_registered_origin_may_be_returned_to(url: str) -> None:
    require_registered(url, origins=ORIGINS)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/back",
        "//portal.test/back",
        "http://portal.test/",
        "https://portal.test:444/",
        "https://portal.test.evil.example/",
        "https://portal.test@evil.example/",
        "https://evil.example/https://portal.test",
        "https://portal.test\\@evil.example/",
        "https://[portal.test/",
        "https://portal.test/a b",
        "https://portal.test/\r\nSet-Cookie: a=b",
        "https://portal.test/\u0430",
        "javascript:alert(1)//portal.test",
    ],
)
def test_t12_anything_else_is_refused_by_name(url: str) -> None:
    with pytest.raises(InputRefused) as refused:
        require_registered(url, origins=ORIGINS)
    assert refused.value.field == "body.return_url"


def test_without_registered_origins_nobody_is_sent_back() -> None:
    with pytest.raises(InputRefused):
        require_registered("https://portal.test/", origins=())
