"""The list of proofs that count no more."""

from datetime import UTC, datetime

from payments.acknowledgement import Ed25519Signer
from payments.proven import AcknowledgementTurn
from payments.revocations import Revocation, read_revocations, sign_revocations

NOW = datetime(2026, 3, 11, 2, tzinfo=UTC)
SIGNER = Ed25519Signer(b"p" * 32)
KEYS = {SIGNER.key_id: SIGNER.public_key}
ONE = Revocation("NP1", AcknowledgementTurn.REPLACED, NOW, "NP1-2")
TWO = Revocation("NP2", AcknowledgementTurn.REVOKED, NOW, None)


def test_a_list_says_what_it_was_told_and_when():
    signed = sign_revocations([ONE, TWO], signer=SIGNER, now=NOW)
    read = read_revocations(signed.payload, signature=signed.signature, public_keys=KEYS)
    assert read is not None
    assert read.listed_at == NOW
    assert read.by_number == {"NP1": ONE, "NP2": TWO}


def test_a_list_that_was_changed_or_is_a_strangers_is_none():
    signed = sign_revocations([ONE], signer=SIGNER, now=NOW)
    shorter = signed.payload.replace(b'"replaced"', b'"revoked"')
    other = Ed25519Signer(b"q" * 32)
    for payload, keys in ((shorter, KEYS), (signed.payload, {other.key_id: other.public_key})):
        assert read_revocations(payload, signature=signed.signature, public_keys=keys) is None


def test_another_signed_document_is_no_list():
    payload = b'{"type":"clearing.payment-acknowledgement.v1"}'
    signature = SIGNER.sign(payload)
    assert read_revocations(payload, signature=signature, public_keys=KEYS) is None
