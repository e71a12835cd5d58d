"""What payers are told of money on its way back: how much, how far, to where, and when."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from api.citizen.refund_told import refunds_told
from api.house import House
from api.language import Language, read_speeches
from ledger.money import Money
from payments.refund import Refund, RefundCause, RefundRoute
from payments.refund_states import RefundState
from tests.api.citizen.payer import Payer, hear, owe_late_fine

AT = datetime(2026, 11, 23, 5, tzinfo=UTC)
REFUND = Refund(
    refund_id=1,
    number="RF23456789AB",
    payment_id=1,
    payment_number="NP23456789AB",
    attempt_id=1,
    capture_id=1,
    obligation_id=None,
    gateway="vnpay",
    payment_transaction="14422575",
    amount=Money(750_000),
    cause=RefundCause.DUPLICATE,
    route=RefundRoute.GATEWAY,
    state=RefundState.PROPOSED,
    version=0,
    reason="x",
    document="",
    proposed_by="system:refunds",
    proposed_at=AT,
)
DONE = replace(REFUND, state=RefundState.DONE, finished_at=AT)
VI, EN = (read_speeches()[language] for language in Language)


def told(*refunds: Refund, is_proven: bool = False) -> str:
    found = refunds_told(refunds, VI, is_proven=is_proven)
    return "" if found is None else " ".join(found.sentences).replace("\u00a0", " ")


def test_who_paid_twice_is_told_so_first() -> None:
    assert told(REFUND, is_proven=True).startswith(
        "Bạn đã nộp hai lần. Phần thừa 750.000 đ sẽ được hoàn về tài khoản, thẻ hoặc ví đã trả."
    )
    assert "hai lần" not in told(REFUND)
    assert "hai lần" not in told(DONE, is_proven=True)


@pytest.mark.parametrize(
    "state",
    [RefundState.APPROVED, RefundState.SENT, RefundState.ACCEPTED, RefundState.UNKNOWN],
)
def test_what_is_under_way_says_to_where_and_how_long(state: RefundState) -> None:
    words = told(replace(REFUND, state=state))
    assert words == (
        "Đang hoàn 750.000 đ về tài khoản, thẻ hoặc ví đã trả. Ngân hàng có thể mất đến 45 ngày để"
        " ghi có."
    )


@pytest.mark.parametrize("route", [*RefundRoute])
def test_every_way_is_told_under_way_and_done_in_both_languages(route: RefundRoute) -> None:
    paid_back = replace(
        DONE,
        route=route,
        bank_reference="FT1",
        decision="15/QĐ-KBNN",
        paid_back_on=None if route is RefundRoute.GATEWAY else date(2026, 11, 23),
    )
    under_way = replace(REFUND, route=route, state=RefundState.APPROVED)
    for speech in (VI, EN):
        for refund in (paid_back, under_way):
            found = refunds_told([refund], speech, is_proven=False)
            assert found is not None
            assert found.is_done == (refund is paid_back)
            assert "%(" not in found.sentences[0]
    assert "23/11/2026" in told(paid_back)


def test_what_was_called_off_is_not_spoken_of() -> None:
    for state in (RefundState.REJECTED, RefundState.REFUSED):
        assert refunds_told([replace(REFUND, state=state)], VI, is_proven=True) is None


def test_the_page_of_a_payment_tells_of_its_refund(house: House) -> None:
    owe_late_fine(house)
    payer = Payer(house)
    gone = payer.go()
    hear(house, gone)
    hear(house, gone, transaction="14422575")
    page = payer.get("/wait").text
    assert "Bạn đã nộp hai lần." in page
    assert "đang chờ duyệt" in page
    assert "Khoản này không còn phải nộp" not in page
    assert "You paid twice." in payer.get("/en/wait").text
    handle = payer.client.cookies.get("payment") or ""
    proof = payer.get(f"/p/{handle}").text
    assert "Bạn đã nộp hai lần." in proof
    assert "Đã nộp" in proof
