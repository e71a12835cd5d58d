"""Signed requests: what is signed holds, and nothing of it can be changed, delayed or left out."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from api.access.errors import SignatureRefused
from api.access.partner_signature import AGE_MAX, AHEAD_MAX, Asked, Signed, check_signature
from api.registered_partner import Algorithm, SigningKey
from tests.api.access.signing import (
    PUBLIC,
    SECRET,
    digest_header,
    ed25519_headers,
    hmac_header,
)

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
AT = int(NOW.timestamp())
NONCE = "nonce-of-16-signs"
BODY = b'{"amount_vnd": 1}'
KEYS = {
    "signingkey01": SigningKey(
        key_id="signingkey01",
        partner="portal",
        algorithm=Algorithm.ED25519,
        material=PUBLIC,
        added_at=NOW,
    ),
    "signingkey02": SigningKey(
        key_id="signingkey02",
        partner="portal",
        algorithm=Algorithm.HMAC_SHA256,
        material=SECRET,
        added_at=NOW,
    ),
}
PLAIN = Asked(
    method="POST",
    scheme="https",
    authority="partner.test",
    target="/v1/payments?x=%20y",
    headers=Headers(),
    body=BODY,
)
ALTERED = [
    replace(PLAIN, method="PUT"),
    replace(PLAIN, authority="other.test"),
    replace(PLAIN, target="/v1/refunds?x=%20y"),
    replace(PLAIN, target="/v1/payments?x=+y"),
    replace(PLAIN, target="/v1/payments"),
    replace(PLAIN, body=BODY + b" "),
    replace(PLAIN, body=b""),
]
"""The same request, one thing of it changed on its way."""


def with_headers(asked: Asked, headers: Mapping[str, str]) -> Asked:
    return replace(asked, headers=Headers(dict(headers)))


def values_of(asked: Asked) -> dict[str, str]:
    """Return what each covered component is, as RFC 9421 sections 2.2.1 to 2.2.3 say."""
    values = {
        "@method": asked.method,
        "@authority": asked.authority,
        "@target-uri": f"{asked.scheme}://{asked.authority}{asked.target}",
    }
    return values | ({"content-digest": digest_header(asked.body)} if asked.body else {})


def ed25519_of(asked: Asked, **said: object) -> dict[str, str]:
    values = values_of(asked)
    headers = ed25519_headers(values, **{"created": AT} | said)  # pyright: ignore[reportArgumentType] (each test says what differs)
    digest = values.get("content-digest")
    return headers | ({"content-digest": digest} if digest else {})


def hmac_of(asked: Asked, *, created: int = AT, nonce: str = NONCE) -> dict[str, str]:
    lines = (str(created), nonce, asked.method, asked.authority, asked.target)
    return {"clearing-signature": hmac_header(lines, body=asked.body)}


def refused(asked: Asked, *, now: datetime = NOW) -> str:
    """Return why a request is refused."""
    with pytest.raises(SignatureRefused) as caught:
        check_signature(asked, KEYS, now=now)
    return caught.value.reason


@pytest.mark.parametrize("asked", [PLAIN, replace(PLAIN, method="GET", body=b"")])
def test_a_genuine_signature_of_either_form_holds(asked: Asked) -> None:
    by_key = check_signature(with_headers(asked, ed25519_of(asked)), KEYS, now=NOW)
    assert by_key == Signed("signingkey01", NONCE)
    by_secret = check_signature(with_headers(asked, hmac_of(asked)), KEYS, now=NOW)
    assert by_secret == Signed("signingkey02", NONCE)


@pytest.mark.parametrize("altered", ALTERED)
def test_nothing_that_was_signed_can_be_altered(altered: Asked) -> None:
    assert refused(with_headers(altered, ed25519_of(PLAIN)))
    assert refused(with_headers(altered, hmac_of(PLAIN))) == "does not hold"


def test_a_digest_made_anew_for_another_body_does_not_hold() -> None:
    forged = ed25519_of(PLAIN) | {"content-digest": digest_header(b"{}")}
    assert refused(with_headers(replace(PLAIN, body=b"{}"), forged))


@pytest.mark.parametrize("left_out", ["@method", "@authority", "@target-uri", "content-digest"])
def test_what_must_be_covered_cannot_be_left_out(left_out: str) -> None:
    covered = tuple(name for name in values_of(PLAIN) if name != left_out)
    assert refused(with_headers(PLAIN, ed25519_of(PLAIN, covered=covered)))


def test_created_and_nonce_are_signed_and_needed() -> None:
    for said in ({"created": None}, {"nonce": None}, {"nonce": "short"}):
        assert refused(with_headers(PLAIN, ed25519_of(PLAIN, **said)))
    later = ed25519_of(PLAIN)
    later["signature-input"] = later["signature-input"].replace(str(AT), str(AT + 1))
    assert refused(with_headers(PLAIN, later))
    for old, new in ((f"created={AT}", f"created={AT + 1}"), (NONCE, "nonce-of-17-signs")):
        changed = {name: each.replace(old, new) for name, each in hmac_of(PLAIN).items()}
        assert refused(with_headers(PLAIN, changed)) == "does not hold"


def test_a_signature_is_believed_for_five_minutes_and_a_minute_ahead() -> None:
    for headers in (ed25519_of(PLAIN), hmac_of(PLAIN)):
        asked = with_headers(PLAIN, headers)
        for now in (NOW + AGE_MAX, NOW - AHEAD_MAX):
            assert check_signature(asked, KEYS, now=now).nonce == NONCE
        assert "older" in refused(asked, now=NOW + AGE_MAX + timedelta(seconds=1))
        assert "later" in refused(asked, now=NOW - AHEAD_MAX - timedelta(seconds=1))


def test_a_key_that_ended_or_is_of_another_sort_or_of_nobody_signs_nothing() -> None:
    other = Ed25519PrivateKey.generate()
    for said in ({"key_id": "signingkey02"}, {"key_id": "nobodys"}, {"private": other}):
        assert refused(with_headers(PLAIN, ed25519_of(PLAIN, **said)))
    ended = {name: replace(key, revoked_at=NOW) for name, key in KEYS.items()}
    over = {name: replace(key, expires_at=NOW) for name, key in KEYS.items()}
    for headers in (ed25519_of(PLAIN), hmac_of(PLAIN)):
        for keys in (ended, over, {}):
            with pytest.raises(SignatureRefused):
                check_signature(with_headers(PLAIN, headers), keys, now=NOW)


def test_two_forms_or_two_signatures_or_half_of_one_are_refused() -> None:
    whole = ed25519_of(PLAIN)
    assert "two forms" in refused(with_headers(PLAIN, whole | hmac_of(PLAIN)))
    twice = whole | {
        name: f"{whole[name]}, {whole[name].replace('sig1', 'sig2')}"
        for name in ("signature", "signature-input")
    }
    assert refused(with_headers(PLAIN, twice))
    for name in ("signature", "signature-input"):
        half = {other: each for other, each in whole.items() if other != name}
        assert refused(with_headers(PLAIN, half))


def test_the_vector_of_rfc_9421_appendix_b_2_6_is_what_our_own_signer_makes() -> None:
    """Source: RFC 9421 appendix B.1.4 (key test-key-ed25519) and B.2.6 (signature)."""
    seed = base64.urlsafe_b64decode("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU=")
    values = {
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "@method": "POST",
        "@path": "/foo",
        "@authority": "example.com",
        "content-type": "application/json",
        "content-length": "18",
    }
    made = ed25519_headers(
        values,
        created=1618884473,
        nonce=None,
        key_id="test-key-ed25519",
        covered=tuple(values),
        private=Ed25519PrivateKey.from_private_bytes(seed),
    )
    assert made["signature"] == (
        "sig1=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    )


@given(
    st.sampled_from(["signature", "signature-input", "content-digest", "clearing-signature"]),
    st.text(alphabet=st.characters(max_codepoint=255), max_size=80),
)
def test_whatever_stands_in_the_headers_is_refused_in_our_own_words(name: str, text: str) -> None:
    headers = Headers(
        raw=[
            (each.encode(), value.encode("latin-1"))
            for each, value in (ed25519_of(PLAIN) | {name: text}).items()
        ]
    )
    assert refused(replace(PLAIN, headers=headers))
