"""VNPAY as a gateway: the contract, and what only VNPAY says."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.contract import (
    Gateway,
    Intent,
    Notice,
    Outcome,
    RawRequest,
    Redirect,
    RefundOrder,
    RefundOutcome,
    Rejection,
    Verdict,
)
from gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Retryable, Untrusted
from gateways.transport import Limits, Transport, open_client
from gateways.vnpay import Vnpay
from ledger.money import Money
from tests.gateways.canned_partner import canned_partner, http, transport
from tests.gateways.gateway_contract import GatewayContract
from tests.gateways.vnpay_samples import (
    INTENT,
    MERCHANT,
    NOW,
    OTHER_SECRET,
    PAID_FIELDS,
    SECRET,
    callback,
    gateway,
    query_answer,
    refund_answer,
    request,
)

SENDER = Transport(open_client(Limits()), monotonic_ms=lambda: 0)
"""Never used to send: the pure half of the adapter needs none."""

VNPAY = gateway(SENDER)
ORDER = VNPAY.prepare(INTENT)


def answered(**changes: str) -> bytes:
    return json.dumps(query_answer(**changes)).encode()


class TestVnpay(GatewayContract):
    """VNPAY does what every gateway does."""

    def gateway(self) -> Gateway:
        return VNPAY

    def paid_callback(self) -> RawRequest:
        return callback()

    def intent(self) -> Intent:
        return INTENT


# The address that is the order.


def address_fields(intent: Intent = INTENT) -> dict[str, str]:
    action = VNPAY.start(VNPAY.prepare(intent))
    assert isinstance(action, Redirect)
    return {name: values[0] for name, values in parse_qs(urlsplit(action.url).query).items()}


def test_the_pay_address_states_the_order_in_vietnamese_time_and_hundredths():
    fields = address_fields()
    assert fields["vnp_Amount"] == "35000000"
    assert fields["vnp_CreateDate"] == "20260901080000"
    assert fields["vnp_ExpireDate"] == "20260901081500"
    assert fields["vnp_Locale"] == "vn"
    assert fields["vnp_TmnCode"] == MERCHANT
    assert "vnp_SecureHashType" not in fields


def test_order_info_begins_with_the_beneficiary_and_ends_with_the_reference():
    intent = replace(INTENT, purpose="Nộp phạt: Đường bộ, số 12/QĐ & (lần 2)!")
    info = address_fields(intent)["vnp_OrderInfo"]
    assert info == "KBNN-0021 Nop phat: Duong bo, so 12 QD lan 2 P1"


@given(purpose=st.text(max_size=400))
def test_any_purpose_becomes_what_every_encoder_writes_alike(purpose: str):
    info = VNPAY.prepare(replace(INTENT, purpose=purpose)).fields["vnp_OrderInfo"]
    assert info.startswith("KBNN-0021 ")
    assert info.endswith(" P1")
    assert len(info) <= 255
    assert set(info) <= set(" .,:_-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def test_a_short_address_of_a_payer_is_written_long_enough():
    assert len(address_fields(replace(INTENT, payer_address="::1"))["vnp_IpAddr"]) >= 7
    assert address_fields(replace(INTENT, language="en"))["vnp_Locale"] == "en"


@pytest.mark.parametrize(
    "wrong",
    [
        replace(INTENT, reference="two words"),
        replace(INTENT, reference=""),
        replace(INTENT, reference="r" * 101),
        replace(INTENT, beneficiary="KBNN 0021"),
        replace(INTENT, beneficiary=""),
        replace(INTENT, language="fr"),
        replace(INTENT, payer_address="somewhere"),
        replace(INTENT, return_url="javascript:alert(1)"),
        replace(INTENT, return_url="https://pay.example.vn/it's"),
        replace(INTENT, return_url="https://pay.example.vn/" + "r" * 255),
        replace(INTENT, expires_at=INTENT.created_at),
    ],
)
def test_what_the_format_cannot_carry_is_refused_before_it_is_kept(wrong: Intent):
    with pytest.raises(ValueError, match=r".+"):
        VNPAY.prepare(wrong)


# What VNPAY says by itself.


@pytest.mark.parametrize(
    ("response", "status", "outcome"),
    [
        ("00", "00", Outcome.PAID),
        ("00", "02", Outcome.UNKNOWN),
        ("24", "00", Outcome.UNKNOWN),
        ("24", "02", Outcome.CANCELLED),
        ("11", "02", Outcome.EXPIRED),
        ("51", "02", Outcome.DECLINED),
        ("07", "07", Outcome.HELD),
        ("99", "04", Outcome.UNKNOWN),
        ("00", "01", Outcome.PENDING),
    ],
)
def test_a_callbacks_two_codes_are_read_together(response: str, status: str, outcome: Outcome):
    notice = VNPAY.read_callback(callback(ResponseCode=response, TransactionStatus=status))
    assert isinstance(notice, Notice)
    assert notice.outcome is outcome
    assert notice.partner_code == f"{response}/{status}"


def test_nothing_created_at_vnpay_has_no_number():
    read = VNPAY.read_callback(
        callback(ResponseCode="24", TransactionStatus="02", TransactionNo="0")
    )
    assert isinstance(read, Notice)
    assert read.gateway_transaction == ""


@pytest.mark.parametrize(
    ("sent", "verdict"),
    [
        (callback(secret=OTHER_SECRET), Verdict.BAD_SIGNATURE),
        (request(""), Verdict.BAD_SIGNATURE),
        (request("vnp_SecureHash="), Verdict.BAD_SIGNATURE),
        (callback(TmnCode="OTHER001"), Verdict.MALFORMED),
        (callback(Amount="35000050"), Verdict.AMOUNT_DIFFERS),
        (callback(Amount="3.5e7"), Verdict.MALFORMED),
        (callback(Amount="٣٥٠٠٠٠٠٠"), Verdict.MALFORMED),
        (callback(Amount=""), Verdict.MALFORMED),
        (callback(PayDate="20261301080512"), Verdict.MALFORMED),
        (callback(TransactionNo="0"), Verdict.MALFORMED),
        (callback(TransactionNo="'; DROP"), Verdict.MALFORMED),
        (callback(TxnRef="two words"), Verdict.MALFORMED),
        (callback(ResponseCode=""), Verdict.MALFORMED),
        (replace(callback(), method="POST"), Verdict.MALFORMED),
        (replace(callback(), query=callback().query * 2), Verdict.MALFORMED),
    ],
)
def test_a_callback_that_fails_a_check_is_refused_by_name(sent: RawRequest, verdict: Verdict):
    read = VNPAY.read_callback(sent)
    assert isinstance(read, Rejection)
    assert read.verdict is verdict
    assert "35000050" not in read.reason


@given(data=st.data())
def test_no_field_of_a_signed_callback_can_be_changed(data: st.DataObject):
    """Unlike in the raw bytes, where `%2C` and `%2c` are the same comma."""
    genuine = callback().query.decode()
    name = data.draw(st.sampled_from(sorted(PAID_FIELDS)))
    fields = {name: values[0] for name, values in parse_qs(genuine).items()}
    at = data.draw(st.integers(0, len(fields[name]) - 1))
    letter = data.draw(
        st.sampled_from("0123456789abcXYZ- ").filter(lambda c: c != fields[name][at])
    )
    changed = fields | {name: fields[name][:at] + letter + fields[name][at + 1 :]}
    query = "&".join(f"{key}={value.replace(' ', '+')}" for key, value in changed.items())
    read = VNPAY.read_callback(request(query))
    assert isinstance(read, Rejection)
    assert read.verdict is Verdict.BAD_SIGNATURE


def test_tracking_parameters_of_others_change_nothing():
    tracked = replace(callback(), query=b"fbclid=%GG&" + callback().query + b"&utm_source=x&x")
    assert VNPAY.read_callback(tracked) == VNPAY.read_callback(callback())


def test_money_in_another_currency_is_held_and_not_counted():
    read = VNPAY.read_callback(callback(CurrCode="USD"))
    assert isinstance(read, Notice)
    assert (read.outcome, read.amount, read.currency) == (Outcome.HELD, None, "USD")


def test_a_return_gives_our_reference_and_proves_nothing_more():
    assert VNPAY.read_return(callback(ResponseCode="24", TransactionStatus="02")) == "P1"
    assert VNPAY.read_return(callback(secret=OTHER_SECRET)) is None
    assert VNPAY.read_return(callback(TmnCode="OTHER001")) is None


def test_after_a_change_of_secret_the_old_one_still_verifies_and_the_new_one_signs():
    settings = VNPAY.settings.model_copy(
        update={
            "hash_secret": gateway(SENDER, secret=OTHER_SECRET).settings.hash_secret,
            "hash_secret_previous": VNPAY.settings.hash_secret,
        }
    )
    changed = Vnpay(settings, SENDER)
    assert isinstance(changed.read_callback(callback(secret=SECRET)), Notice)
    assert isinstance(changed.read_callback(callback(secret=OTHER_SECRET)), Notice)
    assert changed.start(ORDER) == gateway(SENDER, secret=OTHER_SECRET).start(ORDER)


@pytest.mark.parametrize(
    ("verdict", "code"),
    [
        (Verdict.RECORDED, "00"),
        (Verdict.ALREADY_RECORDED, "02"),
        (Verdict.UNKNOWN_REFERENCE, "01"),
        (Verdict.AMOUNT_DIFFERS, "04"),
        (Verdict.BAD_SIGNATURE, "97"),
        (Verdict.MALFORMED, "99"),
        (Verdict.UNAVAILABLE, "99"),
    ],
)
def test_each_verdict_is_answered_with_vnpays_code(verdict: Verdict, code: str):
    answer = VNPAY.answer(verdict)
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert json.loads(answer.body)["RspCode"] == code


# What VNPAY says when asked.


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("00", Outcome.PAID),
        ("01", Outcome.PENDING),
        ("02", Outcome.DECLINED),
        ("04", Outcome.UNKNOWN),
        ("05", Outcome.UNKNOWN),
        ("07", Outcome.HELD),
        ("08", Outcome.UNKNOWN),
        ("", Outcome.UNKNOWN),
    ],
)
def test_an_answer_says_what_became_of_the_payment(status: str, outcome: Outcome):
    notice = VNPAY.read_answer(ORDER, answered(TransactionStatus=status))
    assert (notice.outcome, notice.amount) == (outcome, Money(350_000))


def test_an_answer_about_a_refund_never_says_paid():
    notice = VNPAY.read_answer(ORDER, answered(TransactionType="03"))
    assert notice.outcome is Outcome.UNKNOWN


def test_no_trace_at_vnpay_means_not_started():
    bare = answered(ResponseCode="91", TransactionStatus="", TmnCode="", TxnRef="", Amount="")
    assert VNPAY.read_answer(ORDER, bare).outcome is Outcome.NOT_STARTED


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (answered(secret=OTHER_SECRET), Untrusted),
        (answered(TxnRef="P2"), Untrusted),
        (answered(ResponseCode="91", TxnRef="P2"), Untrusted),
        (answered(TmnCode="OTHER001"), Untrusted),
        (answered(Command="refund"), Untrusted),
        (answered(Amount="35000050"), Untrusted),
        (answered(Amount=""), Untrusted),
        (answered(PayDate="yesterday"), Untrusted),
        (answered(Message="a|b"), Untrusted),
        (answered()[:-1], Untrusted),
        (b"<html>", Untrusted),
        (b'{"vnp_Amount": 1.5}', Untrusted),
        (b'{"vnp_Amount": "1", "vnp_Amount": "2"}', Untrusted),
        (b"[" * 100_000, Untrusted),
        (b'{"vnp_ResponseCode":"97"}', Misconfigured),
        (b'{"vnp_ResponseCode":"02"}', Misconfigured),
        (answered(ResponseCode="03"), Misconfigured),
        (answered(ResponseCode="08"), Retryable),
        (answered(ResponseCode="94"), Retryable),
        (answered(ResponseCode="99"), OutcomeUnknown),
        (answered(ResponseCode=""), OutcomeUnknown),
    ],
)
def test_any_other_answer_says_what_to_do_next(raw: bytes, error: type[GatewayError]):
    with pytest.raises(error) as caught:
        VNPAY.read_answer(ORDER, raw)
    assert caught.value.raw == raw


@pytest.fixture
def sender() -> Iterator[Transport]:
    with transport() as opened:
        yield opened


def test_a_question_names_the_original_time_and_never_repeats_its_number(sender: Transport):
    with canned_partner(http(200, answered())) as partner:
        vnpay = gateway(sender, api_url=partner.url)
        first = vnpay.ask(ORDER, now=NOW)
        vnpay.ask(ORDER, now=NOW + timedelta(milliseconds=1))
    asked = [json.loads(body) for body in partner.heard]
    assert first.raw == answered()
    assert first.notice.outcome is Outcome.PAID
    assert asked[0]["vnp_TransactionDate"] == "20260901080000"
    assert asked[0]["vnp_CreateDate"] == "20260901080500"
    assert asked[0]["vnp_RequestId"] != asked[1]["vnp_RequestId"]
    assert len(asked[0]["vnp_RequestId"]) <= 32


# Money back.

REFUND = RefundOrder("F1", ORDER, "15000001", Money(350_000), "Kế toán", "Hoàn tiền", NOW)


def test_an_accepted_refund_is_not_yet_done(sender: Transport):
    said = http(200, json.dumps(refund_answer()).encode())
    with canned_partner(said) as partner:
        answer = gateway(sender, api_url=partner.url).refund(REFUND)
    assert (answer.outcome, answer.partner_code) == (RefundOutcome.ACCEPTED, "00")


def test_a_repeated_refund_order_is_the_same_message(sender: Transport):
    with canned_partner(http(200, json.dumps(refund_answer()).encode())) as partner:
        vnpay = gateway(sender, api_url=partner.url)
        vnpay.refund(REFUND)
        vnpay.refund(REFUND)
    assert partner.heard[0] == partner.heard[1]
    sent = json.loads(partner.heard[0])
    assert (sent["vnp_TransactionType"], sent["vnp_CreateBy"]) == ("02", "Ke toan")


def test_a_refund_in_part_of_an_unknown_transaction_says_so(sender: Transport):
    part = replace(REFUND, amount=Money(1), gateway_transaction="")
    with canned_partner(http(200, json.dumps(refund_answer()).encode())) as partner:
        gateway(sender, api_url=partner.url).refund(part)
    sent = json.loads(partner.heard[0])
    assert (sent["vnp_TransactionType"], sent["vnp_TransactionNo"]) == ("03", "0")


@pytest.mark.parametrize("amount", [Money(0), Money(-1), Money(350_001)])
def test_a_refund_of_nothing_or_too_much_is_refused_by_ourselves(amount: Money):
    with pytest.raises(ValueError, match="refund"):
        VNPAY.refund(replace(REFUND, amount=amount))


def test_a_refund_is_done_when_vnpay_says_so_when_asked(sender: Transport):
    raw = answered(TransactionType="02")
    with canned_partner(http(200, raw)) as partner:
        answer = gateway(sender, api_url=partner.url).ask_refund(REFUND, now=NOW)
    assert (answer.outcome, answer.raw) == (RefundOutcome.DONE, raw)


def test_a_refund_answer_with_a_strange_number_is_not_believed(sender: Transport):
    strange = json.dumps(refund_answer(TransactionNo="../etc")).encode()
    with canned_partner(http(200, strange)) as partner, pytest.raises(Untrusted):
        gateway(sender, api_url=partner.url).refund(REFUND)
