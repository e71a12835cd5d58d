"""Questions and refunds: the simulated VNPAY and our gateway, face to face."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from gateways.contract import Outcome, Prepared, RefundOrder, RefundOutcome
from gateways.errors import GatewayError, Misconfigured, OutcomeUnknown, Retryable, Untrusted
from gateways.simulators import vnpay_questions
from gateways.simulators.clock import now_ms
from gateways.simulators.vnpay import API_PATH
from gateways.simulators.vnpay_wire import REFUND_ASKED, sealed_answer
from gateways.vnpay import Vnpay
from ledger.money import Money
from tests.gateways.simulators.far_side import FarSide
from tests.gateways.vnpay_samples import MERCHANT, OTHER_SECRET, SECRET


def outcome(far: FarSide, prepared: Prepared) -> Outcome:
    return far.gateway.ask(prepared, now=datetime.now(UTC)).notice.outcome


@pytest.mark.parametrize(
    ("behaviour", "expected"),
    [
        ("paid", Outcome.PAID),
        ("lost", Outcome.PAID),
        ("doubled", Outcome.PAID),
        ("late", Outcome.PAID),
        ("bad_signature", Outcome.PAID),
        ("wrong_amount", Outcome.PAID),
        ("pay_then_late", Outcome.PENDING),
        ("held_07", Outcome.HELD),
        ("reversed_04", Outcome.UNKNOWN),
        ("declined", Outcome.DECLINED),
    ],
)
def test_the_answer_is_true_whatever_happened_to_the_callback(
    far: FarSide, behaviour: str, expected: Outcome
):
    assert outcome(far, far.pay(behaviour=behaviour)) is expected


def test_an_order_nobody_opened_is_not_known(far: FarSide):
    assert outcome(far, far.order()) is Outcome.NOT_STARTED


def test_an_order_that_was_only_opened_is_pending(far: FarSide):
    prepared = far.order()
    far.client.get(far.address(prepared))
    assert outcome(far, prepared) is Outcome.PENDING


def test_a_wrong_amount_is_told_as_it_was_taken(far: FarSide):
    prepared = far.pay(behaviour="wrong_amount")
    notice = far.gateway.ask(prepared, now=datetime.now(UTC)).notice
    assert notice.amount == Money(349_000)


def test_another_original_time_is_another_order(far: FarSide):
    prepared = far.pay()
    changed = replace(prepared, fields={**prepared.fields, "vnp_CreateDate": "20260101000000"})
    assert outcome(far, changed) is Outcome.NOT_STARTED


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("maintenance", Retryable),
        ("broken", OutcomeUnknown),
        ("html", Untrusted),
        ("unsigned", Untrusted),
        ("cut", Untrusted),
    ],
)
def test_a_misbehaving_address_is_noticed(far: FarSide, mode: str, error: type[GatewayError]):
    prepared = far.pay()
    far.post("vnpay/plan", query=mode)
    with pytest.raises(error):
        outcome(far, prepared)
    far.post("vnpay/plan", query="normal")
    assert outcome(far, prepared) is Outcome.PAID


def test_a_slow_address_still_tells_the_truth(far: FarSide):
    prepared = far.pay()
    far.post("vnpay/plan", query="slow", slow_s=0)
    assert outcome(far, prepared) is Outcome.PAID


def test_the_same_question_twice_is_refused_as_repeated(far: FarSide):
    prepared, now = far.pay(), datetime.now(UTC)
    far.gateway.ask(prepared, now=now)
    with pytest.raises(Retryable, match="twice"):
        far.gateway.ask(prepared, now=now)


@pytest.mark.parametrize("setting", ["tmn_code", "hash_secret"])
def test_a_merchant_vnpay_does_not_know_is_told_to_look_at_its_settings(far: FarSide, setting: str):
    wrong = {"tmn_code": "OTHER001", "hash_secret": SecretStr(OTHER_SECRET)}[setting]
    settings = far.gateway.settings.model_copy(update={setting: wrong})
    stranger = Vnpay(settings, far.gateway.transport)
    with pytest.raises(Misconfigured):
        stranger.ask(far.pay(), now=datetime.now(UTC))


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"vnp_Command":"querydr"}', b'{"a":{}}'])
def test_what_is_no_question_is_answered_03(far: FarSide, body: bytes):
    answer = far.client.post(API_PATH, content=body)
    assert answer.json()["vnp_ResponseCode"] == "03"


def refund(prepared: Prepared, reference: str, vnd: int) -> RefundOrder:
    now = datetime.now(UTC)
    return RefundOrder(reference, prepared, "15000001", Money(vnd), "Kế toán", "Hoàn tiền", now)


def test_a_refund_is_accepted_and_done_a_little_later(
    far: FarSide, monkeypatch: pytest.MonkeyPatch
):
    prepared = far.pay()
    order = refund(prepared, "F1", 350_000)
    assert far.gateway.refund(order).outcome is RefundOutcome.ACCEPTED
    now = datetime.now(UTC)
    assert far.gateway.ask_refund(order, now=now).outcome is RefundOutcome.ACCEPTED
    later_ms = now_ms() + vnpay_questions.REFUND_MS
    monkeypatch.setattr("gateways.simulators.vnpay.now_ms", lambda: later_ms)
    later = now + timedelta(seconds=1)
    assert far.gateway.ask_refund(order, now=later).outcome is RefundOutcome.DONE


def test_a_repeated_refund_moves_money_once(far: FarSide):
    order = refund(far.pay(), "F1", 100_000)
    first, again = far.gateway.refund(order), far.gateway.refund(order)
    assert (first.outcome, again.outcome) == (RefundOutcome.ACCEPTED, RefundOutcome.UNKNOWN)
    assert again.partner_code == "94"


def test_refunds_never_exceed_what_was_taken(far: FarSide):
    prepared = far.pay()
    assert far.gateway.refund(refund(prepared, "F1", 200_000)).partner_code == "00"
    assert far.gateway.refund(refund(prepared, "F2", 150_001)).partner_code == "93"
    assert far.gateway.refund(refund(prepared, "F3", 150_000)).partner_code == "00"


def test_what_was_not_paid_cannot_be_refunded(far: FarSide):
    refused = far.gateway.refund(refund(far.pay(behaviour="declined"), "F1", 350_000))
    assert (refused.outcome, refused.partner_code) == (RefundOutcome.REFUSED, "95")
    unknown = far.gateway.refund(refund(far.order("P2"), "F2", 350_000))
    assert (unknown.outcome, unknown.partner_code) == (RefundOutcome.REFUSED, "91")


def test_a_refund_whose_answer_is_lost_was_taken(far: FarSide, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vnpay_questions, "REFUND_MS", 0)
    order = refund(far.pay(), "F1", 350_000)
    far.post("vnpay/plan", refund="answer_lost")
    with pytest.raises(OutcomeUnknown):
        far.gateway.refund(order)
    assert far.gateway.ask_refund(order, now=datetime.now(UTC)).outcome is RefundOutcome.DONE
    assert far.gateway.refund(order).partner_code == "94"


@pytest.mark.parametrize(
    ("fault", "outcome", "code"),
    [
        ("refused_16", RefundOutcome.REFUSED, "16"),
        ("refused_94", RefundOutcome.UNKNOWN, "94"),
        ("refused_95", RefundOutcome.REFUSED, "95"),
        ("refused_99", RefundOutcome.UNKNOWN, "99"),
    ],
)
def test_a_refund_that_is_refused_by_plan_never_happens(
    far: FarSide, fault: str, outcome: RefundOutcome, code: str
):
    prepared = far.pay()
    order = refund(prepared, "F1", 350_000)
    far.post("vnpay/plan", txn_ref=prepared.reference, refund=fault)
    answer = far.gateway.refund(order)
    assert (answer.outcome, answer.partner_code) == (outcome, code)
    assert far.gateway.ask_refund(order, now=datetime.now(UTC)).outcome is RefundOutcome.UNKNOWN
    other = far.pay("P2")
    assert far.gateway.refund(refund(other, "F2", 350_000)).outcome is RefundOutcome.ACCEPTED


def test_a_refund_may_take_as_long_as_planned(far: FarSide, monkeypatch: pytest.MonkeyPatch):
    order = refund(far.pay(), "F1", 350_000)
    far.post("vnpay/plan", refund="late", late_s=864_000)
    far.gateway.refund(order)
    for after_s, outcome in ((863_900, RefundOutcome.ACCEPTED), (864_000, RefundOutcome.DONE)):
        later_ms = now_ms() + after_s * 1000
        monkeypatch.setattr("gateways.simulators.vnpay.now_ms", lambda at=later_ms: at)
        now = datetime.now(UTC) + timedelta(seconds=after_s)
        assert far.gateway.ask_refund(order, now=now).outcome is outcome


def test_a_refund_may_be_told_with_another_amount(far: FarSide, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(vnpay_questions, "REFUND_MS", 0)
    order = refund(far.pay(), "F1", 350_000)
    far.post("vnpay/plan", refund="other_amount")
    assert far.gateway.refund(order).outcome is RefundOutcome.ACCEPTED
    now = datetime.now(UTC)
    assert far.gateway.ask_refund(order, now=now).outcome is RefundOutcome.UNKNOWN
    far.post("vnpay/plan", txn_ref=order.payment.reference, refund="none")
    later = now + timedelta(seconds=1)
    assert far.gateway.ask_refund(order, now=later).outcome is RefundOutcome.DONE


def asked(far: FarSide, message: dict[str, str | int]) -> str:
    """Return the call code a refund message gets, signed as it is."""
    texts = {name: str(value) for name, value in message.items()}
    signature = sealed_answer(SECRET, texts, REFUND_ASKED)["vnp_SecureHash"]
    answer = far.client.post(API_PATH, json=message | {"vnp_SecureHash": signature})
    return answer.json()["vnp_ResponseCode"]


def refund_message(prepared: Prepared) -> dict[str, str | int]:
    return {
        "vnp_RequestId": "F1",
        "vnp_Version": "2.1.0",
        "vnp_Command": "refund",
        "vnp_TmnCode": MERCHANT,
        "vnp_TransactionType": "03",
        "vnp_TxnRef": prepared.reference,
        "vnp_Amount": "100000",
        "vnp_TransactionNo": "0",
        "vnp_TransactionDate": prepared.fields["vnp_CreateDate"],
        "vnp_CreateBy": "ketoan01",
        "vnp_CreateDate": prepared.fields["vnp_CreateDate"],
        "vnp_IpAddr": "10.1.1.1",
        "vnp_OrderInfo": "Hoan tien",
    }


def test_a_number_in_json_is_taken_for_the_text_it_looks_like(far: FarSide):
    message = refund_message(far.pay())
    assert asked(far, message | {"vnp_Amount": 100_000}) == "00"


def test_a_refund_of_a_strange_kind_or_amount_is_bad_format(far: FarSide):
    message = refund_message(far.pay())
    assert asked(far, message | {"vnp_TransactionType": "09"}) == "03"
    assert asked(far, message | {"vnp_RequestId": "F2", "vnp_Amount": "1.5"}) == "03"


def test_a_refund_repeated_much_later_still_moves_money_once(
    far: FarSide, monkeypatch: pytest.MonkeyPatch
):
    message = refund_message(far.pay())
    assert asked(far, message) == "00"
    later_ms = now_ms() + 3_600_000
    monkeypatch.setattr("gateways.simulators.vnpay.now_ms", lambda: later_ms)
    assert asked(far, message) == "94"
