"""A gateway answers 200 with what cannot be believed: nothing is concluded, every byte is kept."""

import json
from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given
from sqlalchemy import text

from gateways.contract import Prepared
from gateways.errors import Untrusted
from gateways.simulators.vnpay_wire import QUERY_ANSWERED, sealed_answer
from ledger.postgres.transaction import Tx
from payments.ask_gateway import Asked, ask_gateway
from payments.ask_plan import USUAL
from payments.send_to_gateway import send_to_gateway
from payments.states import PaymentState
from tests.gateways.canned_partner import canned_partner, http, transport
from tests.gateways.vnpay_samples import ANSWER_FIELDS, INTENT, SECRET, gateway
from tests.payments.scene import (
    AMOUNT,
    CALENDAR,
    LIFETIME,
    NOW,
    RATES,
    SIGNER,
    inside,
    opened,
    owe,
)

REFERENCE = "P1"
OVER = NOW + LIFETIME + USUAL.not_started_margin


def genuine(**changes: str) -> bytes:
    """Return VNPAY's word that the order is paid, signed, unless told otherwise."""
    fields = ANSWER_FIELDS | {"vnp_Amount": str(AMOUNT.vnd * 100), "vnp_TxnRef": REFERENCE}
    named = {f"vnp_{name}": value for name, value in changes.items()}
    return json.dumps(sealed_answer(SECRET, fields | named, QUERY_ANSWERED)).encode()


RUBBISH = {
    "a wrong signature": genuine().replace(b'"vnp_TxnRef": "P1"', b'"vnp_TxnRef": "P2"'),
    "no signature": genuine().replace(b"vnp_SecureHash", b"vnp_SecureHush"),
    "a page": b"<!doctype html><title>VNPAY</title><p>Please come back later",
    "half a text": genuine()[:-40],
    "another encoding": genuine().decode().encode("utf-16"),
    "bytes of no encoding": b"\xff\xfe\x00" + genuine(),
    "a list": b"[" + genuine() + b"]",
    "one field twice": genuine()[:-1] + b', "vnp_Amount": "1"}',
    "a depth without end": b"[" * 9_000,
    "another merchant": genuine(TmnCode="OTHERONE"),
    "another order": genuine(TxnRef="P2"),
}


@pytest.mark.parametrize("name", RUBBISH)
def test_f21_rubbish_leaves_the_outcome_unknown_and_its_bytes_are_kept(tx: Tx, name: str):
    payment = opened(tx, owe(tx))
    rubbish = http(200, RUBBISH[name])
    with canned_partner(rubbish, http(200, genuine())) as partner, transport() as sender:
        vnpay = gateway(sender, api_url=partner.url)
        send_to_gateway(
            inside(tx),
            vnpay,
            payment_id=payment.payment_id,
            reference=REFERENCE,
            payer_address="113.160.92.202",
            return_url="https://pay.example.vn/return",
            purpose="Nộp phạt",
            now=NOW,
        )
        told: list[Asked] = []
        states: list[str] = []
        for now in (OVER, OVER + timedelta(hours=1)):
            asked = ask_gateway(
                inside(tx),
                {"vnpay": vnpay},
                calendar=CALENDAR,
                signer=SIGNER,
                rates=RATES,
                now=now,
                limit_max=10,
            )
            told.append(asked)
            states.append(tx.execute(text("SELECT state FROM payments.payment")).scalar_one())
    assert told == [Asked(troubled=1), Asked(answered=1)]
    assert states == [PaymentState.UNKNOWN, PaymentState.PAID]
    kept = tx.execute(text("SELECT body, verdict FROM payments.evidence ORDER BY evidence_id"))
    assert [(bytes(row.body), row.verdict) for row in kept] == [
        (RUBBISH[name], "malformed"),
        (genuine(), "recorded"),
    ]


PREPARED = Prepared(
    reference=REFERENCE,
    amount=AMOUNT,
    created_at=INTENT.created_at,
    expires_at=INTENT.expires_at,
    fields={"vnp_CreateDate": "20260901080000"},
)


@given(data=st.data())
def test_f21_no_bytes_made_of_a_genuine_answer_say_anything_else(data: st.DataObject):
    raw = bytearray(genuine())
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(raw) - 1))
        cut = data.draw(st.integers(0, 3))
        raw[place : place + cut] = data.draw(st.binary(max_size=3))
    with transport() as sender:
        vnpay = gateway(sender)
        whole = vnpay.read_answer(PREPARED, genuine())
        try:
            said = vnpay.read_answer(PREPARED, bytes(raw))
        except Untrusted as error:
            said, kept = None, error.raw
        else:
            kept = bytes(raw)
    assert said in (None, whole)
    assert kept == bytes(raw)
