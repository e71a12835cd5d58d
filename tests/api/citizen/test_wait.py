"""Waiting for the gateway's word: never 'failed' without knowing, never an id in an address."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from api.citizen.wait import REFRESH_LONG_S, standing
from api.house import House
from api.sandbox import sample_decisions
from api.start_payment import open_for, send
from gateways.contract import Outcome, Prepared, RawRequest
from ledger.money import Money
from payments.attempt import Attempt
from payments.obligation_change import ChangeAct
from payments.payment import Payment
from payments.postgres import payment_rows
from payments.push_obligations import push_obligations
from payments.states import LOCKING, AttemptState, PaymentState
from tests.api.citizen.payer import DUE, Payer, change_late_fine, hear
from tests.api.conftest import NOON


def _text(payer: Payer, path: str = "/wait") -> str:
    return payer.get(path).text.replace("\u00a0", " ")


def _at(payer: Payer, **passed: int) -> Payer:
    """Return the same browser some time later."""
    at = payer.house.clock() + timedelta(**passed)
    later = Payer(replace(payer.house, clock=lambda: at))
    later.client.cookies = payer.client.cookies
    return later


def test_a_browser_that_began_nothing_is_told_where_to_look(payer: Payer) -> None:
    page = _text(payer)
    assert "Không thấy giao dịch nào ở đây" in page
    assert "/verify" in page
    assert payer.get("/wait/state").text == ""


def test_a_pending_payment_waits_with_and_without_script(payer: Payer) -> None:
    payer.go()
    page = _text(payer)
    assert "Đang chờ VNPAY xác nhận" in page
    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page
    assert 'data-state="pending"' in page
    assert payer.get("/wait/state").text == "pending"


@pytest.mark.parametrize(
    ("outcome", "state", "words"),
    [
        (Outcome.DECLINED, "failed", "Chưa trừ tiền"),
        (Outcome.CANCELLED, "failed", "Bạn có thể nộp lại ngay"),
        (Outcome.EXPIRED, "expired", "Hết giờ, chưa trừ tiền"),
        (Outcome.HELD, "held", "Ngân hàng đã trừ tiền, đang kiểm tra"),
        (Outcome.PENDING, "pending", "Đang chờ VNPAY xác nhận"),
    ],
)
def test_each_word_of_the_gateway_has_its_own_words(
    payer: Payer, outcome: Outcome, state: str, words: str
) -> None:
    hear(payer.house, payer.go(), outcome)
    assert payer.get("/wait/state").text == state
    assert words in _text(payer)


def test_money_that_differs_is_held_and_not_called_failed(payer: Payer) -> None:
    hear(payer.house, payer.go(), amount=DUE - Money(1_000))
    page = _text(payer)
    assert "đang kiểm tra" in page
    assert "không mất" in page
    assert "Chưa trừ tiền" not in page


def test_paid_leads_to_the_proof(payer: Payer) -> None:
    hear(payer.house, payer.go())
    assert payer.get("/wait").headers["location"].startswith("/p/")
    assert payer.get("/en/wait").headers["location"].startswith("/en/p/")


def test_paid_twice_is_told_with_the_refund(payer: Payer) -> None:
    address = payer.go()
    hear(payer.house, address)
    hear(payer.house, address, transaction="14422599")
    assert payer.get("/wait/state").text == "overpaid"
    page = _text(payer)
    assert "Nộp thừa" in page
    assert "Mở giấy xác nhận của tôi" in page


def test_after_its_time_the_next_check_is_told(payer: Payer) -> None:
    payer.go()
    late = _at(payer, minutes=16)
    page = _text(late)
    assert "Xin đừng nộp lại" in page
    assert "Lần kiểm tra tới" in page
    assert "12:0" in page


def test_coming_back_with_the_cookie_forgets_what_the_address_said(payer: Payer) -> None:
    payer.go()
    back = payer.get("/return?vnp_ResponseCode=00&vnp_Amount=301350000")
    assert back.headers["location"] == "/wait"


def test_coming_back_keeps_the_language(payer: Payer) -> None:
    payer.find()
    left = payer.submit(payer.get("/en/fine"), "/en/pay", {"method": "vnpay"})
    assert payer.submit(left, "/en/pay").status_code == 303
    assert payer.get("/return").headers["location"] == "/en/wait"


def test_t11_coming_back_without_the_cookie_shows_nothing_personal(
    payer: Payer, house: House
) -> None:
    stranger = Payer(house)
    page = stranger.get(f"/return?{_genuine_return(payer)}")
    assert page.status_code == 200
    assert "Giao dịch của bạn đang được kiểm tra" in page.text
    for secret in ("0002", "3.013.500", "29B1", "NP"):
        assert secret not in page.text.replace("\u00a0", " ")


def _clients_return(house: House, return_url: str) -> str:
    """Return what VNPAY adds to our address for a payment a portal opened."""
    fine = sample_decisions(house.today())[0]
    with house.open_tx() as tx:
        (pushed,) = push_obligations(tx, [fine], keys=house.personal_keys, now=NOON)
        payment = open_for(
            tx,
            house,
            obligation_ids=[pushed.obligation_id or 0],
            shown=None,
            language="vi",
            client="portal",
            return_url=return_url,
        )
    there = send(house, payment, gateway_code="vnpay", payer_address="113.160.92.202")
    return there.url.partition("?")[2]


def test_t12_a_clients_payer_goes_back_to_its_address_with_nothing_added(
    payer: Payer, house: House
) -> None:
    address = "https://portal.test/back?case=1&x=%C3%A1#end"
    query = _clients_return(house, address)
    for browser in (payer, Payer(house)):
        back = browser.get(f"/return?{query}")
        assert (back.status_code, back.headers["location"]) == (303, address)
        assert back.headers["referrer-policy"] in {"no-referrer", "same-origin"}
    forged = payer.get(f"/return?{query}0")
    assert forged.headers["location"] == "/wait"


def test_a_return_proves_no_payment(payer: Payer, house: House) -> None:
    payer.get(f"/return?{_clients_return(house, 'https://portal.test/')}")
    with house.open_tx() as tx:
        assert payment_rows.count_by_state(tx) == {PaymentState.PENDING: 1}


def test_t11_a_forged_return_shows_nothing_at_all(payer: Payer) -> None:
    answer = payer.get("/return?vnp_TxnRef=NPAAAAAAAAAA&vnp_ResponseCode=00&vnp_SecureHash=00")
    assert answer.headers["location"] == "/wait"


def _genuine_return(payer: Payer) -> str:
    """Return what VNPAY would add to our address, signed with our merchant's secret."""
    query = payer.go().partition("?")[2]
    raw = RawRequest("GET", "/return", query.encode(), (), b"", "")
    assert payer.house.gateways["vnpay"].read_return(raw)
    return query


def _attempt(state: AttemptState) -> Attempt:
    prepared = Prepared("R", DUE, NOON, NOON + timedelta(minutes=15), {})
    return Attempt(1, 1, "vnpay", state, 0, prepared, "", NOON + timedelta(minutes=1), 0)


def _payment(state: PaymentState) -> Payment:
    later = NOON + timedelta(minutes=15)
    return Payment(
        1, "NP", state, 0, DUE, NOON.date(), "vi", "citizen", NOON, later, None, lines=()
    )


def _can_continue(payment: PaymentState, attempt: AttemptState) -> bool:
    known = standing(_payment(payment), [_attempt(attempt)], gateway="VNPAY", now=NOON)
    return known.can_continue


def test_only_an_order_nobody_has_spoken_of_leads_back_to_the_gateway() -> None:
    may = {(p, a) for p in PaymentState for a in AttemptState if _can_continue(p, a)}
    assert may == {
        (PaymentState.PENDING, AttemptState.PREPARED),
        (PaymentState.PENDING, AttemptState.SENT),
    }


def test_only_what_may_still_change_is_looked_at_again() -> None:
    for state in PaymentState:
        known = standing(_payment(state), [], gateway="", now=NOON)
        assert (known.refresh_s > 0) == (state in LOCKING), state


def test_after_its_time_a_page_looks_less_often() -> None:
    payment = _payment(PaymentState.PENDING)
    late = standing(payment, [], gateway="", now=NOON + timedelta(minutes=15))
    assert (late.is_over, late.refresh_s) == (True, REFRESH_LONG_S)


@pytest.mark.parametrize("act", [ChangeAct.CANCEL, ChangeAct.SUPERSEDE])
def test_who_is_paying_what_was_cancelled_or_replaced_is_told_not_to(
    payer: Payer, act: ChangeAct
) -> None:
    payer.go()
    assert "/pay/continue" in _text(payer)
    change_late_fine(payer.house, act)
    page = _text(payer)
    assert "Nếu bạn vẫn trả" in page
    assert "Xin đừng trả tiền nữa" in page
    assert "/pay/continue" not in page
    assert "If you still pay" in _text(payer, "/en/wait")
    assert "Nếu bạn vẫn trả" in _text(payer, "/fine")


def test_beside_proof_and_check_stands_what_is_due_back_later(payer: Payer) -> None:
    hear(payer.house, payer.go())
    change_late_fine(payer.house, ChangeAct.CANCEL)
    proof = payer.get("/wait").headers["location"]
    due_back = "Phải hoàn lại 3.013.500 đ: đã nộp 3.013.500 đ, chỉ phải nộp 0 đ."
    assert due_back in _text(payer, proof)
    assert "A refund of VND 3,013,500 is due" in _text(payer, f"/en{proof}")
    assert due_back in _text(payer, "/fine")
    number = next(iter(re.findall("NP[0-9A-Z]{10}", _text(payer, proof))))
    typed = {"number": number, "amount": "3013500"}
    checked = payer.submit(payer.get("/verify"), "/verify", typed).text.replace("\u00a0", " ")
    assert "Giấy xác nhận là thật" in checked
    assert f"{due_back}" in checked
