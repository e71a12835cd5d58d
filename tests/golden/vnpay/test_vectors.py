"""VNPAY's worked messages, read and written by the adapter and by the far side alike."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from pydantic import BaseModel, SecretStr

from gateways import vnpay_messages as wire
from gateways.contract import Intent, Notice, Outcome, RawRequest, Redirect, Rejection, Verdict
from gateways.signing import hmac_sha512_hex
from gateways.simulators import vnpay_wire as far
from gateways.transport import Limits, Transport, open_client
from gateways.vnpay import Settings, Vnpay
from ledger.money import Money


class Message(BaseModel):
    """A message's fields and its signature."""

    fields: dict[str, str]
    hash: str
    text: str = ""


class Vectors(BaseModel):
    """All worked messages of one merchant."""

    secret: str
    merchant: str
    pay_address: Message
    pay_address_with_accents: Message
    callback: str
    query: Message
    refund: Message


V = Vectors.model_validate(json.loads(Path(__file__).with_name("vectors.json").read_text("utf-8")))
VNPAY = Vnpay(
    Settings(
        tmn_code=V.merchant,
        hash_secret=SecretStr(V.secret),
        pay_url="https://pay.example/vpcpay.html",
        api_url="https://pay.example/api",
        server_address="10.1.1.1",
    ),
    Transport(open_client(Limits()), monotonic_ms=lambda: 0),
)


def sign(text: str) -> str:
    return hmac_sha512_hex(text.encode(), secret=V.secret.encode())


def callback(query: str) -> RawRequest:
    return RawRequest("GET", "/", query.encode(), (), b"", "")


@pytest.mark.parametrize("message", [V.pay_address, V.pay_address_with_accents])
def test_a_pay_address_is_signed_as_worked_out(message: Message):
    assert sign(wire.signed_text(message.fields)) == message.hash
    sealed = far.sealed_query(message.fields, secret=V.secret)
    assert sealed.rpartition("=")[2] == message.hash


def test_the_adapters_whole_pay_address_is_the_worked_one():
    created = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
    intent = Intent(
        reference="T0001",
        amount=Money(350_000),
        beneficiary="KBNN",
        purpose="Thu phí số 12, quý 3",
        language="vi",
        payer_address="113.160.92.202",
        return_url="https://pay.example.vn/return?src=dvc&v=1",
        created_at=created,
        expires_at=created + timedelta(minutes=15),
    )
    prepared = VNPAY.prepare(intent)
    assert prepared.fields["vnp_OrderInfo"] == "KBNN Thu phi so 12, quy 3 T0001"
    # The worked message knows no beneficiary; everything else is the same to the byte.
    info = V.pay_address.fields["vnp_OrderInfo"]
    worked = replace(prepared, fields={**prepared.fields, "vnp_OrderInfo": info})
    action = VNPAY.start(worked)
    assert isinstance(action, Redirect)
    assert action.url.partition("?")[2] == (
        f"{V.pay_address.text}&vnp_SecureHash={V.pay_address.hash}"
    )


def test_the_worked_callback_is_believed():
    notice = VNPAY.read_callback(callback(V.callback))
    assert isinstance(notice, Notice)
    assert (notice.outcome, notice.amount) == (Outcome.PAID, Money(350_000))
    assert (notice.reference, notice.gateway_transaction) == ("T0001", "15000001")
    assert notice.occurred_at == datetime(2026, 9, 1, 1, 5, 12, tzinfo=UTC)


def test_the_worked_callback_fails_with_any_character_of_a_value_changed():
    fields = dict(parse_qsl(V.callback))
    given = fields.pop("vnp_SecureHash")
    for name, value in fields.items():
        for at, letter in enumerate(value):
            other = "7" if letter != "7" else "8"
            changed = fields | {name: value[:at] + other + value[at + 1 :]}
            query = f"{wire.signed_text(changed)}&vnp_SecureHash={given}"
            read = VNPAY.read_callback(callback(query))
            assert isinstance(read, Rejection)
            assert read.verdict is Verdict.BAD_SIGNATURE


def test_a_query_is_signed_as_worked_out():
    assert sign(wire.bar_joined(V.query.fields, wire.QUERY_SIGNED)) == V.query.hash
    assert far.sealed_answer(V.secret, V.query.fields, far.QUERY_ASKED)["vnp_SecureHash"] == (
        V.query.hash
    )


def test_a_refund_order_is_signed_as_worked_out():
    assert sign(wire.bar_joined(V.refund.fields, wire.REFUND_SIGNED)) == V.refund.hash
    assert far.sealed_answer(V.secret, V.refund.fields, far.REFUND_ASKED)["vnp_SecureHash"] == (
        V.refund.hash
    )
