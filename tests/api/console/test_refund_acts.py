"""Two people about one refund: what each may do, sees changed, and leaves in the book."""

import base64
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.application import application
from api.house import House
from api.staff_right import StaffRight
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest as newest_records
from payments.refund import Refund, RefundCause, RefundRoute
from payments.refund_states import RefundState
from tests.api.citizen.payer import forms_of
from tests.api.console.refunding import (
    by_another_way,
    cancelled_once_paid,
    lost_sight_of,
    lowered_and_raised,
    newest,
    paid_twice,
    send,
)

WHY = "Đã đối chiếu"


def say(
    browser: TestClient,
    refund: Refund,
    act: str,
    *,
    shown: Response | None = None,
    typed: Mapping[str, str] | None = None,
) -> Response:
    """Send a form of the page of a refund, as it is now or was `shown` before."""
    path = f"/refunds/{refund.number}"
    values = {"reason": WHY, **(typed or {})}
    return send(browser, shown or browser.get(path), f"{path}/{act}", **values)


def acts(house: House, refund: Refund) -> list[tuple[str, str, str]]:
    """Return who did what to a refund and why, the first act first, without looking."""
    with house.open_tx() as tx:
        found = newest_records(tx, subject=f"refund:{refund.number}", limit_max=99)
    records = [kept.record for kept in reversed(found)]
    return [
        (each.actor, each.action, each.reason)
        for each in records
        if each.action != Act.VIEW_REFUNDS
    ]


def with_settings(house: House, browser: TestClient, **changed: object) -> TestClient:
    """Return the browser at a house whose settings are others by now."""
    settings = house.settings.model_copy(update=changed)
    later = TestClient(
        application(replace(house, settings=settings)),
        base_url=house.settings.staff_url,
        follow_redirects=False,
    )
    later.cookies = browser.cookies
    return later


def test_a_proposal_is_approved_under_a_name(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    answer = say(first, refund, "approve")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/refunds/{refund.number}")
    after = newest(house)
    assert (after.state, after.approved_by) == (RefundState.APPROVED, "staff:ketoan1")
    assert acts(house, refund) == [("staff:ketoan1", Act.APPROVE_REFUND, WHY)]


def test_f51_a_double_click_approves_once(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    shown = first.get(f"/refunds/{refund.number}")
    assert say(first, refund, "approve", shown=shown).status_code == 303
    assert say(first, refund, "approve", shown=shown).status_code == 303
    assert len(acts(house, refund)) == 1


def test_f51_of_two_approvers_the_second_is_told(
    first: TestClient, second: TestClient, house: House
) -> None:
    refund = paid_twice(house)
    shown = second.get(f"/refunds/{refund.number}")
    say(first, refund, "approve")
    late = say(second, refund, "approve", shown=shown)
    assert late.status_code == 409
    assert "Đã thay đổi từ lúc bạn xem" in late.text
    assert "bạn đã xem “proposed”, nay là “approved”" in late.text
    assert newest(house).approved_by == "staff:ketoan1"
    assert len(acts(house, refund)) == 1


def test_t24_what_was_shown_otherwise_is_not_approved(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    page = first.get(f"/refunds/{refund.number}")
    (form,) = [each for each in forms_of(page) if each.action.endswith("/approve")]
    seen = json.loads(base64.urlsafe_b64decode(form.values["seen"])) | {"amount": "5000"}
    tampered = base64.urlsafe_b64encode(json.dumps(seen).encode()).decode()
    answer = say(first, refund, "approve", typed={"seen": tampered, "digest": "00" * 32})
    assert answer.status_code == 409
    assert "Số tiền: bạn đã xem “5000”, nay là “3013500”" in answer.text
    assert newest(house).state is RefundState.PROPOSED


@pytest.mark.parametrize("wrong", ["", "zz", "e30=", "bnVsbA=="])
def test_what_nobody_was_shown_is_never_a_fault_of_ours(
    first: TestClient, house: House, wrong: str
) -> None:
    refund = paid_twice(house)
    answer = say(first, refund, "approve", typed={"seen": wrong, "digest": wrong})
    assert answer.status_code == 409
    assert newest(house).state is RefundState.PROPOSED


def test_t23_ones_own_proposal_waits_for_somebody_else(
    first: TestClient, second: TestClient, house: House
) -> None:
    own = proposed_by(first, house)
    page = first.get(f"/refunds/{own.number}")
    assert "không thể tự duyệt" in page.text
    assert f"/refunds/{own.number}/approve" not in {form.action for form in forms_of(page)}
    other = second.get(f"/refunds/{own.number}")
    (form,) = [each for each in forms_of(other) if each.action.endswith("/approve")]
    token = forms_of(page)[0].values["form_token"]
    forced = first.post(form.action, data=form.values | {"reason": WHY, "form_token": token})
    assert forced.status_code == 422
    assert "Người đề nghị không được tự duyệt" in forced.text
    assert say(second, own, "approve", shown=other).status_code == 303
    assert newest(house).approved_by == "staff:ketoan2"


def proposed_by(browser: TestClient, house: House) -> Refund:
    """Return a refund proposed by hand, after the one proposed by itself was rejected."""
    refund = paid_twice(house)
    say(browser, refund, "reject")
    page = browser.get(f"/refund-proposal?payment={refund.payment_number}")
    assert send(browser, page, "/refund-proposal", reason=WHY).status_code == 303
    return newest(house)


def test_a_proposal_is_rejected_with_a_reason_and_taken_back_by_its_maker(
    first: TestClient, house: House
) -> None:
    own = proposed_by(first, house)
    proposer = with_settings(
        house, first, staff_rights={"ketoan1": frozenset({StaffRight.REFUNDS_PROPOSE})}
    )
    assert say(proposer, own, "reject", typed={"reason": "Nhầm giao dịch"}).status_code == 303
    assert newest(house).state is RefundState.REJECTED
    assert acts(house, own) == [
        ("staff:ketoan1", Act.PROPOSE_REFUND, WHY),
        ("staff:ketoan1", Act.REJECT_REFUND, "Nhầm giao dịch"),
    ]


def test_t25_a_right_taken_away_stops_a_form_that_was_open(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    shown = first.get(f"/refunds/{refund.number}")
    without = with_settings(house, first, staff_rights={})
    for act in ("approve", "reject"):
        assert say(without, refund, act, shown=shown).status_code == 403
    assert newest(house).state is RefundState.PROPOSED


def test_the_shared_key_may_neither_propose_nor_approve(
    first: TestClient, staff: TestClient, house: House
) -> None:
    refund = paid_twice(house)
    path = f"/refunds/{refund.number}"
    (form,) = [each for each in forms_of(first.get(path)) if each.action.endswith("/approve")]
    token = forms_of(staff.get(path))[-1].values["form_token"]
    own = form.values | {"reason": WHY, "form_token": token}
    for act in ("approve", "reject"):
        assert staff.post(f"{path}/{act}", data=own).status_code == 403
    for act in ("transfer", "decision"):
        said = {"form_token": token, "reason": WHY}
        assert staff.post(f"{path}/{act}", data=said).status_code == 403
    said = {"form_token": token, "payment": refund.payment_number, "reason": WHY}
    assert staff.post("/refund-proposal", data=said).status_code == 403
    assert acts(house, refund) == []


def test_a_person_approves_no_more_than_a_days_worth(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    poor = with_settings(house, first, refunds_approved_per_day_vnd_max=refund.amount.vnd - 1)
    answer = say(poor, refund, "approve")
    assert answer.status_code == 422
    assert "một người duyệt tối đa 3.013.499 đồng một ngày" in answer.text
    assert newest(house).state is RefundState.PROPOSED
    just = with_settings(house, first, refunds_approved_per_day_vnd_max=refund.amount.vnd)
    assert say(just, refund, "approve").status_code == 303


@pytest.mark.parametrize("act", ["approve", "reject"])
def test_without_a_reason_nothing_happens(first: TestClient, house: House, act: str) -> None:
    refund = paid_twice(house)
    shown = first.get(f"/refunds/{refund.number}")
    (form,) = [each for each in forms_of(shown) if each.action.endswith("/approve")]
    path = f"/refunds/{refund.number}/{act}"
    answer = first.post(path, data=form.values | {"reason": " "})
    assert answer.status_code == 422
    assert "Hãy ghi lý do" in answer.text
    assert newest(house).state is RefundState.PROPOSED


def test_t20_a_form_from_elsewhere_does_nothing(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    assert say(first, refund, "approve", typed={"form_token": "forged"}).status_code == 403
    assert newest(house).state is RefundState.PROPOSED


def test_money_due_back_is_approved_like_any_other(first: TestClient, house: House) -> None:
    refund = cancelled_once_paid(house)
    assert refund.cause is RefundCause.REFUND_DUE
    assert say(first, refund, "approve").status_code == 303


def test_a_transfer_back_is_recorded_with_who_paid_and_when(
    first: TestClient, house: House
) -> None:
    refund = by_another_way(house, paid_twice(house), RefundRoute.TRANSFER)
    typed = {"bank_reference": "FT2632700001", "paid_on": "23/11/2026", "paid_by": "gateway"}
    for wrong, words in (
        ({"bank_reference": ""}, "Hãy điền mục này"),
        ({"paid_on": "24/11/2026"}, "không sau hôm nay"),
        ({"paid_by": ""}, "Hãy chọn ai đã chuyển trả"),
        ({"reason": ""}, "Hãy ghi lý do"),
    ):
        answer = say(first, refund, "transfer", typed=typed | wrong)
        assert answer.status_code == 422
        assert words in answer.text, wrong
    shown = first.get(f"/refunds/{refund.number}")
    for _ in range(2):
        assert say(first, refund, "transfer", shown=shown, typed=typed).status_code == 303
    after = newest(house)
    assert (after.state, after.bank_reference) == (RefundState.DONE, "FT2632700001")
    assert acts(house, refund) == [("staff:ketoan1", Act.RECORD_TRANSFER, WHY)]
    page = first.get(f"/refunds/{refund.number}").text
    assert f"made_good:{refund.number}" in page
    assert "FT2632700001" in page


def test_a_decision_of_the_state_is_recorded_with_how_it_paid(
    first: TestClient, house: House
) -> None:
    refund = by_another_way(house, cancelled_once_paid(house), RefundRoute.STATE_PROCEDURE)
    typed = {"bank_reference": "LHT 7", "paid_on": "23/11/2026", "decision": "15/QĐ-KBNN"}
    answer = say(first, refund, "decision", typed=typed)
    assert answer.status_code == 422
    assert "Hãy chọn cách đã trả" in answer.text
    answer = say(first, refund, "decision", typed=typed | {"settlement": "separately"})
    assert answer.status_code == 303
    after = newest(house)
    assert (after.state, after.decision) == (RefundState.DONE, "15/QĐ-KBNN")
    assert acts(house, refund) == [("staff:ketoan1", Act.RECORD_STATE_REFUND, WHY)]


def test_what_is_due_no_more_is_called_off_by_who_knows_that_it_did_not_go(
    first: TestClient, house: House
) -> None:
    refund = lowered_and_raised(house)
    assert "Nay không còn phải hoàn" in first.get(f"/refunds/{refund.number}").text
    assert say(first, refund, "reject").status_code == 303
    assert newest(house).state is RefundState.REFUSED
    assert acts(house, refund) == [("staff:ketoan1", Act.REJECT_REFUND, WHY)]


def test_what_is_due_no_more_is_recorded_by_who_knows_that_it_went(
    first: TestClient, house: House
) -> None:
    refund = lowered_and_raised(house)
    typed = {
        "bank_reference": "LHT 7",
        "paid_on": "23/11/2026",
        "decision": "15/QĐ-KBNN",
        "settlement": "separately",
    }
    answer = say(first, refund, "decision", typed=typed | {"is_due_no_more": ""})
    assert answer.status_code == 422
    assert "Nay không còn phải hoàn nhiều như vậy" in answer.text
    answer = say(first, refund, "decision", typed=typed | {"is_due_no_more": "yes"})
    assert answer.status_code == 303
    assert newest(house).state is RefundState.DONE


def test_what_went_another_way_cannot_be_recorded_so(first: TestClient, house: House) -> None:
    refund = paid_twice(house)
    page = first.get(f"/refunds/{refund.number}")
    token = forms_of(page)[0].values["form_token"]
    said = {
        "form_token": token,
        "reason": WHY,
        "bank_reference": "FT1",
        "paid_on": "23/11/2026",
        "paid_by": "gateway",
    }
    answer = first.post(f"/refunds/{refund.number}/transfer", data=said)
    assert answer.status_code == 422
    assert "Khoản này không hoàn bằng cách đó" in answer.text


def test_two_people_end_what_nobody_knows_the_end_of(
    first: TestClient, second: TestClient, house: House
) -> None:
    refund = lost_sight_of(house)
    typed = {"ending": "went_back", "document": "CV-15/VNPAY"}
    for browser in (first, first, second):
        assert say(browser, refund, "finding", typed=typed).status_code == 303
        if browser is first:
            assert newest(house).state is RefundState.UNKNOWN
    assert newest(house).state is RefundState.DONE
    why = f"{WHY} (went_back: CV-15/VNPAY)"
    assert acts(house, refund) == [
        ("staff:ketoan1", Act.FIND_REFUND_OUT, why),
        ("staff:ketoan2", Act.FIND_REFUND_OUT, why),
    ]
    assert "CV-15/VNPAY" in first.get(f"/refunds/{refund.number}").text


def test_what_was_found_out_needs_an_ending_and_a_document(first: TestClient, house: House) -> None:
    refund = lost_sight_of(house)
    for typed in ({"document": "CV-15/VNPAY"}, {"ending": "went_back"}):
        assert say(first, refund, "finding", typed=typed).status_code == 422
    assert acts(house, refund) == []
