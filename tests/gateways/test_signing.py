"""Signatures over given bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.signing import hmac_sha512_hex, is_signed

# RFC 4231, test case 2.
JEFE = (
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737"
)
QUESTION = b"what do ya want for nothing?"


def test_the_published_example_comes_out():
    assert hmac_sha512_hex(QUESTION, secret=b"Jefe") == JEFE


def test_either_case_of_letters_is_accepted():
    for signature in (JEFE, JEFE.upper()):
        assert is_signed(QUESTION, signature=signature, secrets=[b"Jefe"])


def test_any_of_the_secrets_may_have_signed():
    assert is_signed(QUESTION, signature=JEFE, secrets=[b"new", b"Jefe"])
    assert not is_signed(QUESTION, signature=JEFE, secrets=[b"new", b"newer"])
    assert not is_signed(QUESTION, signature=JEFE, secrets=[])


@pytest.mark.parametrize("signature", ["", JEFE[:-1], JEFE + "0", JEFE[:64], f" {JEFE}", "é" * 128])
def test_anything_else_is_refused(signature: str):
    assert not is_signed(QUESTION, signature=signature, secrets=[b"Jefe"])


@given(signature=st.text(max_size=140))
def test_no_text_makes_the_comparison_raise(signature: str):
    assert not is_signed(QUESTION, signature=signature, secrets=[b"Jefe"])
