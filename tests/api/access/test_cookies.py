"""Cookies: bound to one host, unreadable to scripts, forgotten when asked to."""

import pytest
from starlette.responses import Response

from api.access.cookies import Cookie, is_secret
from tests.api.access.browser import request

PLAIN = Cookie("visitor", https=False, age_max_s=60)
SAFE = Cookie("visitor", https=True, age_max_s=60)


def _set(cookie: Cookie) -> str:
    response = Response()
    cookie.keep(response, "value")
    return response.headers["set-cookie"]


def test_over_https_the_name_binds_the_cookie_to_its_host() -> None:
    kept = _set(SAFE)
    assert kept.startswith("__Host-visitor=value;")
    assert "Secure" in kept
    assert "Path=/" in kept
    assert "Domain" not in kept


def test_scripts_and_other_sites_do_not_get_it() -> None:
    for kept in (_set(PLAIN), _set(SAFE)):
        assert "HttpOnly" in kept
        assert "SameSite=lax" in kept
        assert "Max-Age=60" in kept


def test_on_this_machine_a_plain_name_works_without_encryption() -> None:
    assert _set(PLAIN).startswith("visitor=value;")
    assert "Secure" not in _set(PLAIN)


def test_what_was_kept_is_read_under_the_same_name_only() -> None:
    sent = request({"cookie": "__Host-visitor=safe; visitor=plain"})
    assert (SAFE.read(sent), PLAIN.read(sent)) == ("safe", "plain")
    assert SAFE.read(request()) == ""


def test_a_dropped_cookie_is_over_at_once() -> None:
    response = Response()
    SAFE.drop(response)
    assert "Max-Age=0" in response.headers["set-cookie"]
    assert response.headers["set-cookie"].startswith('__Host-visitor="";')


@pytest.mark.parametrize(
    "text", ["", "a" * 42, "a" * 44, "a" * 42 + "=", "é" * 43, "a" * 43 + "\n"]
)
def test_only_what_we_draw_counts_as_a_secret(text: str) -> None:
    assert not is_secret(text)
    assert is_secret("aZ0-_" * 8 + "abc")
