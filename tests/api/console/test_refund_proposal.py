"""Proposing by hand what may go back, once however often the form is sent."""

import pytest
from fastapi.testclient import TestClient

from api.house import House
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest as newest_records
from ledger.postgres.transaction import Tx
from payments.payment_number import payment_number
from payments.postgres.refund_list_rows import RefundsWanted, newest_refunds
from payments.refund import Refund
from payments.refund_states import RefundState
from payments.reject_refund import reject_refund
from reconciliation.postgres.proof_history_rows import badly_answered
from tests.api.citizen.payer import forms_of
from tests.api.console.refunding import newest, paid_twice, send

PATH = "/refund-proposal"


@pytest.fixture
def rejected(house: House) -> Refund:
    """Give a refund proposed by itself that somebody rejected: it may be proposed by hand."""
    refund = paid_twice(house)
    with house.open_tx() as tx:
        return reject_refund(tx, refund.number, by="staff:ketoan2", now=house.clock())


def many(tx: Tx) -> int:
    return len(newest_refunds(tx, RefundsWanted(), limit_max=99))


def test_a_proposal_names_sum_reason_and_document(
    first: TestClient, house: House, rejected: Refund
) -> None:
    page = first.get(f"{PATH}?payment={rejected.payment_number}")
    assert "Nộp hai lần: còn hoàn được 3.013.500" in page.text
    answer = send(
        first, page, PATH, reason="Người nộp gọi 1800", document="Đơn 12", amount="3.013.500"
    )
    refund = newest(house)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/refunds/{refund.number}")
    assert (refund.state, refund.reason, refund.document, refund.proposed_by) == (
        RefundState.PROPOSED,
        "Người nộp gọi 1800",
        "Đơn 12",
        "staff:ketoan1",
    )
    with house.open_tx() as tx:
        (kept,) = newest_records(tx, subject=f"refund:{refund.number}", limit_max=9)
    assert (kept.record.action, kept.record.reason) == (Act.PROPOSE_REFUND, "Người nộp gọi 1800")


def test_f51_a_double_click_proposes_once(
    first: TestClient, house: House, rejected: Refund
) -> None:
    page = first.get(f"{PATH}?payment={rejected.payment_number}")
    sent = [send(first, page, PATH, reason="x").headers["location"] for _ in range(2)]
    assert sent == [f"/refunds/{newest(house).number}"] * 2
    with house.open_tx() as tx:
        assert many(tx) == 2
    with house.open_recon_tx() as tx:
        assert badly_answered(tx).names == ()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"reason": " "}, "Hãy ghi lý do"),
        ({"amount": "x"}, "Hãy ghi số tiền bằng chữ số"),
        ({"amount": "5000"}, "Khoản thừa chỉ được hoàn toàn bộ"),
        ({"amount": "9.000.000"}, "Nhiều hơn phần còn hoàn được"),
        ({"money": "1-2"}, "Hãy chọn khoản tiền"),
        ({"money": ""}, "Hãy chọn khoản tiền"),
    ],
)
def test_what_cannot_be_is_sent_back_with_what_was_typed(
    first: TestClient, house: House, rejected: Refund, typed: dict[str, str], words: str
) -> None:
    page = first.get(f"{PATH}?payment={rejected.payment_number}")
    answer = send(first, page, PATH, **{"reason": "x", "document": "Đơn 12"} | typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Đơn 12" in answer.text
    # Mended and sent again, it is the same proposal.
    money = forms_of(page)[0].values["money"]
    assert send(first, answer, PATH, reason="x", amount="", money=money).status_code == 303
    with house.open_tx() as tx:
        assert many(tx) == 2


def test_what_is_proposed_already_is_not_offered(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    page = first.get(f"{PATH}?payment={refund.payment_number}")
    assert "Không còn khoản nào của giao dịch này có thể hoàn" in page.text
    assert [form.action for form in forms_of(page)] == ["/sign-out"]


def test_only_payments_there_are_may_be_asked_for(first: TestClient) -> None:
    for number in ("", "NP0", payment_number(7), "%00"):
        assert first.get(f"{PATH}?payment={number}").status_code == 404


def test_numbers_are_taken_as_people_type_them(first: TestClient, rejected: Refund) -> None:
    typed = f" {rejected.payment_number[:6].lower()} {rejected.payment_number[6:]}"
    assert first.get(f"{PATH}?payment={typed}").status_code == 200
