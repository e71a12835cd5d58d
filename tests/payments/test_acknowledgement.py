"""The signed proof and its QR token."""

import base64
import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import Money
from payments.acknowledgement import (
    TOKEN_MAX,
    AcknowledgedLine,
    Acknowledgement,
    Claim,
    Ed25519Signer,
    acknowledged_line,
    qr_token,
    read_token,
    sign_acknowledgement,
    verify,
)
from payments.payment import PaymentLine
from tests.payments.owed import TREASURY

SIGNER = Ed25519Signer(b"p" * 32)
OTHER = Ed25519Signer(b"q" * 32)
PUBLIC_KEYS = {SIGNER.key_id: SIGNER.public_key}
PAID_AT = datetime(2026, 3, 30, 3, 15, 2, 999, tzinfo=UTC)


def line(number: str, *, part: str, vnd: int) -> AcknowledgedLine:
    return acknowledged_line(
        PaymentLine(
            ordinal=1,
            obligation_id=1,
            part=part,
            amount=Money(vnd),
            beneficiary=TREASURY.code,
            budget={},
            explanation={"label": "Tiền phạt", "law": "Điều 78", "days": 9, "rate": "0.0005"},
        ),
        obligation_number=number,
        kind="traffic_fine",
    )


PROOF = Acknowledgement(
    number="NPZZZZZZZZVN",
    lines=(
        line("0012345/QĐ-XPHC", part="fine", vnd=3_000_000),
        line("0012345/QĐ-XPHC", part="late_surcharge", vnd=13_500),
    ),
    beneficiary=TREASURY,
    gateway="vnpay",
    gateway_transaction="14422574",
    paid_at=PAID_AT,
    priced_on=date(2026, 3, 30),
)
SIGNED = sign_acknowledgement(PROOF, signer=SIGNER)
TOKEN = qr_token(PROOF, signer=SIGNER)


def test_the_proof_says_all_that_was_paid_and_nothing_of_the_person():
    content: dict[str, Any] = json.loads(SIGNED.payload)
    assert content["type"] == "clearing.payment-acknowledgement.v1"
    assert (content["number"], content["amount_vnd"], content["currency"]) == (
        "NPZZZZZZZZVN",
        3_013_500,
        "VND",
    )
    assert content["amount_words_vi"] == "Ba triệu không trăm mười ba nghìn năm trăm đồng"
    assert content["amount_words_en"] == "Three million thirteen thousand five hundred dong"
    assert content["paid_at"] == "2026-03-30T10:15:02+07:00"
    assert content["priced_on"] == "2026-03-30"
    assert content["beneficiary"]["account_number"] == TREASURY.account_number
    assert (content["gateway"], content["gateway_transaction"]) == ("vnpay", "14422574")
    assert [(each["part"], each["amount_vnd"], each["law"]) for each in content["lines"]] == [
        ("fine", 3_000_000, "Điều 78"),
        ("late_surcharge", 13_500, "Điều 78"),
    ]
    assert "không phải biên lai thu tiền của Nhà nước" in content["note_vi"]
    assert "not a receipt of the State" in content["note_en"]


def test_the_same_proof_is_always_the_same_bytes():
    assert sign_acknowledgement(PROOF, signer=SIGNER) == SIGNED
    content: dict[str, Any] = json.loads(SIGNED.payload)
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text.encode() == SIGNED.payload


def test_a_proof_is_verified_with_the_public_key_alone():
    assert verify(SIGNED.payload, signature=SIGNED.signature, public_keys=PUBLIC_KEYS)
    key = Ed25519PublicKey.from_public_bytes(SIGNER.public_key)
    key.verify(SIGNED.signature, SIGNED.payload)


@pytest.mark.parametrize("at", range(0, len(SIGNED.payload), 7))
def test_no_byte_of_a_proof_can_be_changed(at: int):
    altered = SIGNED.payload[:at] + bytes([SIGNED.payload[at] ^ 1]) + SIGNED.payload[at + 1 :]
    assert not verify(altered, signature=SIGNED.signature, public_keys=PUBLIC_KEYS)


def test_a_proof_of_another_key_or_without_signature_is_not_ours():
    foreign = {OTHER.key_id: OTHER.public_key}
    assert not verify(SIGNED.payload, signature=SIGNED.signature, public_keys=foreign)
    assert not verify(SIGNED.payload, signature=SIGNED.signature, public_keys={})
    assert not verify(SIGNED.payload, signature=b"", public_keys=PUBLIC_KEYS)
    assert verify(
        SIGNED.payload, signature=SIGNED.signature, public_keys={**foreign, **PUBLIC_KEYS}
    )


def test_the_token_proves_number_amount_time_and_obligation():
    claim = read_token(TOKEN, PUBLIC_KEYS)
    assert claim == Claim(
        number="NPZZZZZZZZVN",
        amount=Money(3_013_500),
        paid_at=PAID_AT.replace(microsecond=0),
        about="0012345/QĐ-XPHC",
        key_id=SIGNER.key_id,
    )
    assert claim is not None
    assert claim.is_about(["0012345/QĐ-XPHC"])
    assert not claim.is_about(["0012346/QĐ-XPHC"])
    assert json.loads(SIGNED.payload)["qr"] == TOKEN


@pytest.mark.parametrize("at", range(len(TOKEN)))
def test_no_sign_of_a_token_can_be_changed(at: int):
    for sign in {"A", "B", "-", ".", "=", "é", " "} - {TOKEN[at]}:
        altered = TOKEN[:at] + sign + TOKEN[at + 1 :]
        assert read_token(altered, PUBLIC_KEYS) is None
    assert read_token(TOKEN[:at], PUBLIC_KEYS) is None


def test_a_token_of_another_or_an_unknown_key_proves_nothing():
    impostor = {SIGNER.key_id: OTHER.public_key}
    assert read_token(TOKEN, impostor) is None
    assert read_token(TOKEN, {}) is None


@pytest.mark.parametrize(
    "claim",
    [
        b'{"number":"NPZZZZZZZZVN"}',
        b"[]",
        b'["NPZZZZZZZZVN",1.5,0,"k","x"]',
        b'["NPZZZZZZZZVN","1",0,"k","x"]',
        b"\xff\xfe",
        b"[" * 100,
        b"1",
    ],
)
def test_what_is_signed_but_no_claim_proves_nothing(claim: bytes):
    signed = "NP1." + base64.urlsafe_b64encode(claim).rstrip(b"=").decode()
    mark = base64.urlsafe_b64encode(SIGNER.sign(signed.encode())).rstrip(b"=").decode()
    assert read_token(f"{signed}.{mark}", PUBLIC_KEYS) is None


def test_a_signed_proof_never_passes_for_a_token_or_the_other_way_round():
    signed, _, mark = TOKEN.rpartition(".")
    signature = base64.urlsafe_b64decode(mark + "==")
    assert verify(signed.encode(), signature=signature, public_keys=PUBLIC_KEYS)
    assert not SIGNED.payload.startswith(b"NP1.")
    assert not signed.startswith("{")


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_crash(text: str):
    assert read_token(text, PUBLIC_KEYS) is None


@given(
    st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=50, unique=True),
    st.integers(1, 10**12),
)
def test_a_token_stays_short_whatever_was_paid(numbers: list[str], vnd: int):
    proof = replace(PROOF, lines=tuple(line(each, part="fine", vnd=vnd) for each in numbers))
    token = qr_token(proof, signer=SIGNER)
    claim = read_token(token, PUBLIC_KEYS)
    assert len(token) <= TOKEN_MAX
    assert claim is not None
    assert claim.is_about(numbers)
    assert not claim.is_about([*numbers, "x"])
    assert claim.amount == Money(vnd * len(numbers))


def test_a_signer_never_shows_its_seed():
    assert "ppp" not in repr(SIGNER)
    assert SIGNER.key_id in repr(SIGNER)
    assert SIGNER.key_id != OTHER.key_id


def test_a_seed_has_its_length():
    with pytest.raises(ValueError, match="32"):
        Ed25519Signer(b"short")
