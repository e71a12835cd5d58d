"""Leaving for the gateway: told where to, never twice, never for another amount, never astray."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from api.access.citizen_session import Visitor
from api.access.own_payment import client_of
from api.house import House
from api.start_payment import open_for
from gateways.contract import Outcome, Prepared, Redirect
from gateways.errors import Declined, OutcomeUnknown
from gateways.vnpay import Vnpay
from payments.found import Found
from payments.look_up import Question, look_up
from payments.postgres import payment_rows
from payments.states import PaymentState
from tests.api.citizen.payer import DUE, ISSUED_ON, NUMBER, PLATE, Payer, forms_of, hear


def _later(house: House, **passed: int) -> House:
    at = house.clock() + timedelta(**passed)
    return replace(house, clock=lambda: at)


def _payments(house: House) -> int:
    with house.open_tx() as tx:
        return sum(payment_rows.count_by_state(tx).values())


@dataclass(frozen=True, slots=True)
class OddVnpay(Vnpay):
    """VNPAY, but it starts orders in a way of its own."""

    begin: Callable[[], Redirect]

    def start(self, prepared: Prepared) -> Redirect:
        """Do what the test wants."""
        assert prepared.reference
        return self.begin()


def _at_odd_vnpay(house: House, begin: Callable[[], Redirect]) -> Payer:
    usual = house.gateways["vnpay"]
    assert isinstance(usual, Vnpay)
    odd = OddVnpay(usual.settings, usual.transport, begin)
    return Payer(replace(house, gateways={"vnpay": odd}))


def _refuses() -> Redirect:
    raise Declined("no")


def _keeps_silent() -> Redirect:
    raise OutcomeUnknown("nothing heard")


def _leads_astray() -> Redirect:
    return Redirect("http://evil.test/pay")


def test_the_page_says_where_to_and_how_much(payer: Payer) -> None:
    page = payer.leave()
    text = page.text.replace("\u00a0", " ")
    assert "Bạn sắp sang trang của VNPAY" in text
    assert "Nộp 3.013.500 đ qua VNPAY" in text
    assert "127.0.0.1:1" in text
    assert "Hủy, chưa nộp" in text


def test_t20_the_form_may_lead_to_the_gateway_and_nowhere_else(payer: Payer) -> None:
    policy = payer.leave().headers["content-security-policy"]
    assert policy.endswith("form-action 'self' http://127.0.0.1:1")


def test_going_opens_one_payment_and_leads_to_the_gateway(payer: Payer) -> None:
    address = payer.go()
    query = parse_qs(urlsplit(address).query)
    assert address.startswith("http://127.0.0.1:1/vpcpay.html?")
    assert query["vnp_Amount"] == ["301350000"]
    assert query["vnp_ReturnUrl"] == ["http://citizen.test/return"]
    assert _payments(payer.house) == 1


def test_t11_no_address_of_ours_carries_id_or_outcome(payer: Payer) -> None:
    payer.go()
    for path in ("/return", "/en/return"):
        location = payer.get(f"{path}?vnp_ResponseCode=00&vnp_TxnRef=X").headers["location"]
        assert location in {"/wait", "/en/wait"}


def test_pressing_twice_at_once_opens_one_payment(payer: Payer) -> None:
    page = payer.leave()
    with ThreadPoolExecutor(4) as pool:
        gone = list(pool.map(payer.submit, [page] * 4, ["/pay"] * 4))
    assert _payments(payer.house) == 1
    assert {answer.status_code for answer in gone} == {303}
    addresses = {answer.headers["location"] for answer in gone}
    assert len(addresses - {"/wait"}) == 1


def test_going_back_and_again_leads_to_the_same_order(payer: Payer) -> None:
    page = payer.leave()
    first = payer.submit(page, "/pay").headers["location"]
    again = payer.submit(payer.get("/pay?method=vnpay"), "/pay").headers["location"]
    assert again == first


def test_a_changed_amount_is_asked_about_again(payer: Payer, house: House) -> None:
    page = payer.leave()
    shown = next(form for form in forms_of(page) if form.action == "/pay").values
    answer = payer.client.post("/pay", data=shown | {"shown_vnd": "3012000"})
    text = answer.text.replace("\u00a0", " ")
    assert answer.status_code == 409
    assert "Số tiền đã thay đổi" in text
    assert "Lúc trước bạn xem là 3.012.000 đ, bây giờ là 3.013.500 đ" in text
    assert _payments(house) == 0
    assert payer.submit(answer, "/pay").headers["location"].startswith("http://127.0.0.1:1/")


def test_t10_the_amount_sent_is_ours_whatever_the_form_says(payer: Payer, house: House) -> None:
    page = payer.leave()
    shown = next(form for form in forms_of(page) if form.action == "/pay").values
    for forged in ("1", "-5", "1e3", "3013500.0", str(2**60)):
        answer = payer.client.post("/pay", data=shown | {"shown_vnd": forged})
        assert answer.status_code in {409, 422}
    assert _payments(house) == 0


@pytest.mark.parametrize("forged", ["x", "gAAAAABnotours"])
def test_a_forged_find_opens_nothing(payer: Payer, house: House, forged: str) -> None:
    page = payer.leave()
    assert payer.submit(page, "/pay", {"found": forged}).headers["location"] == "/fine"
    assert _payments(house) == 0


def test_t05_somebody_elses_find_opens_nothing(payer: Payer, house: House) -> None:
    other = Payer(house)
    others = forms_of(other.leave())[0].values["found"]
    page = payer.leave()
    assert payer.submit(page, "/pay", {"found": others}).headers["location"] == "/fine"
    assert _payments(house) == 0


def test_t12_a_gateway_that_leads_astray_is_not_followed(payer: Payer) -> None:
    lost = _at_odd_vnpay(payer.house, _leads_astray)
    assert lost.submit(lost.leave(), "/pay").headers["location"] == "/wait"


def test_a_refusal_of_the_gateway_ends_on_the_page_of_the_payment(payer: Payer) -> None:
    refused = _at_odd_vnpay(payer.house, _refuses)
    assert refused.submit(refused.leave(), "/pay").headers["location"] == "/wait"
    page = refused.get("/wait").text
    assert "Chưa trừ tiền" in page
    assert "Bạn có thể nộp lại ngay" in page


def test_silence_of_the_gateway_never_reads_as_failed(payer: Payer) -> None:
    silent = _at_odd_vnpay(payer.house, _keeps_silent)
    assert silent.submit(silent.leave(), "/pay").headers["location"] == "/wait"
    page = silent.get("/wait").text
    assert "Xin đừng nộp lại" in page
    assert "Chưa trừ tiền" not in page


def test_after_a_refusal_the_payer_may_try_again(payer: Payer, house: House) -> None:
    hear(house, payer.go(), Outcome.DECLINED)
    assert payer.go().startswith("http://127.0.0.1:1/")
    assert _payments(house) == 2


def test_the_payer_can_go_back_to_the_gateway_while_there_is_time(payer: Payer) -> None:
    address = payer.go()
    waiting = payer.get("/wait")
    assert payer.submit(waiting, "/pay/continue").headers["location"] == address


def test_when_the_time_is_over_nobody_is_sent_any_more(payer: Payer) -> None:
    payer.go()
    late = Payer(_later(payer.house, minutes=16))
    late.client.cookies = payer.client.cookies
    page = late.get("/wait")
    assert "Chúng tôi đang hỏi lại ngân hàng" in page.text
    assert not [form for form in forms_of(page) if form.action == "/pay/continue"]


def test_a_paid_fine_cannot_be_set_out_for_again(payer: Payer, house: House) -> None:
    page = payer.leave()
    hear(house, payer.submit(page, "/pay").headers["location"])
    again = payer.submit(page, "/pay")
    assert again.headers["location"] in {"/fine", "/wait"}
    assert _payments(house) == 1


def test_a_price_kept_over_midnight_is_shown_before_it_is_paid(payer: Payer, house: House) -> None:
    before = replace(payer.house, clock=lambda: _five_to_midnight(house))
    early = Payer(before)
    early.go()
    after = Payer(_later(before, minutes=10))
    after.client.cookies = early.client.cookies
    text = after.get("/pay?method=vnpay").text.replace("\u00a0", " ")
    assert "3.015.000 đ" in text
    gone = after.submit(after.get("/pay?method=vnpay"), "/pay")
    assert gone.headers["location"] == "/wait"
    assert _payments(house) == 1


def _five_to_midnight(house: House) -> datetime:
    return house.clock().replace(hour=16, minute=55)


def test_the_state_in_the_book_is_that_of_the_gateway(payer: Payer, house: House) -> None:
    hear(house, payer.go())
    with house.open_tx() as tx:
        counted = payment_rows.count_by_state(tx)
    assert counted[PaymentState.PAID] == 1


def test_f19_a_payment_that_never_reached_a_gateway_is_taken_up_again(payer: Payer) -> None:
    house = payer.house
    page = payer.leave()
    visitor = Visitor(payer.client.cookies["visitor"], house.settings, "")
    with house.open_tx() as tx:
        question = Question(number=NUMBER, decided_on=ISSUED_ON, subject=PLATE)
        found = look_up(tx, question, on=house.today(), keys=house.personal_keys, rates=house.rates)
        assert isinstance(found, Found)
        open_for(
            tx,
            house,
            obligation_ids=[found.obligation_id],
            shown=DUE,
            language="vi",
            client=client_of(visitor),
        )
    assert 'name="method"' in payer.get("/fine").text
    assert payer.submit(page, "/pay").headers["location"].startswith("http://127.0.0.1:1/")
    assert _payments(house) == 1
