"""Forms of our own pages pass, all others do not."""

import base64
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from api.access.csrf import FormForged, FormOwner
from api.settings import Settings
from tests.api.access.browser import SETTINGS, request

OWNER = FormOwner("a" * 43, SETTINGS)


def _refused(given_request: Request, token: str, owner: FormOwner = OWNER) -> bool:
    try:
        owner.require_own_form(given_request, token)
    except FormForged:
        return True
    return False


def test_an_own_form_passes() -> None:
    for headers in (
        {},
        {"sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "none"},
        {"origin": "http://citizen.test"},
        {"origin": "https://citizen.test"},  # a proxy took the encryption off
    ):
        assert not _refused(request(headers), OWNER.token())


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "anything else"},
        {"origin": "http://evil.test"},
        {"origin": "http://citizen.test.evil.test"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": ""},
    ],
)
def test_t20_a_form_sent_from_elsewhere_is_refused(headers: dict[str, str]) -> None:
    assert _refused(request(headers), OWNER.token())


def test_a_token_of_somebody_else_is_refused() -> None:
    assert _refused(request(), FormOwner("b" * 43, SETTINGS).token())


def test_a_token_made_with_another_secret_is_refused() -> None:
    other = SETTINGS.model_copy(update={"secret_key": _other_secret(SETTINGS)})
    assert _refused(request(), FormOwner(OWNER.name, other).token())


def _other_secret(settings: Settings) -> object:
    return type(settings.secret_key)("99" * 32)


def test_a_refusal_says_nothing_but_no() -> None:
    assert FormForged().status_code == 403


def test_tokens_are_fresh_each_time() -> None:
    assert len({OWNER.token() for _ in range(20)}) == 20


def _flipped(token: str) -> Iterator[str]:
    raw = bytearray(base64.urlsafe_b64decode(token))
    for place in range(len(raw)):
        raw[place] ^= 1
        yield base64.urlsafe_b64encode(bytes(raw)).decode()
        raw[place] ^= 1


def test_every_changed_byte_is_noticed() -> None:
    assert all(_refused(request(), forged) for forged in _flipped(OWNER.token()))


@given(st.text())
def test_no_text_passes_as_a_token(text: str) -> None:
    assert _refused(request(), text)
