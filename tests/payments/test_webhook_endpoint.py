"""Secrets of addresses: shown once, kept sealed."""

from dataclasses import replace

import pytest
from standardwebhooks import Webhook

from payments.webhook_endpoint import seal_secret, secret_text, unseal_secret
from tests.payments.clients import drawn
from tests.payments.scene import KEYS, NOW


def test_a_secret_opens_as_it_was_drawn():
    secret = drawn()
    kept = seal_secret(KEYS, secret, endpoint_id="we_1")
    assert unseal_secret(KEYS, kept) == secret_text(secret.secret)
    assert secret.secret not in kept.sealed
    assert secret_text(secret.secret).encode() not in kept.sealed


def test_a_secret_moved_to_another_place_does_not_open():
    kept = seal_secret(KEYS, drawn(), endpoint_id="we_1")
    with pytest.raises(ValueError, match="moved"):
        unseal_secret(KEYS, replace(kept, seal_place="webhook_secret/we_2/1"))


def test_a_secret_is_one_as_receivers_type_it_in():
    text = secret_text(b"x" * 32)
    assert text.startswith("whsec_")
    assert Webhook(text).sign("evt_1", NOW, "{}") == Webhook(b"x" * 32).sign("evt_1", NOW, "{}")
