"""What authorities are told, as staff see it: tries, telling again, who is away."""

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.console.deliveries import ROWS_MAX
from api.house import House
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest
from payments.event import Event
from payments.postgres.delivery_rows import DeliveryState, ToldEvent, Wanted, newest_told
from payments.postgres.outage_rows import Outage, outage_of
from payments.tell_provider import Delivered
from tests.api.citizen.payer import forms_of
from tests.api.conftest import NOON
from tests.api.partner.told import pay, register, tell
from tests.payments.test_tell_provider import HASTY


def refuse(_: Event) -> Delivered:
    return Delivered(is_taken=False, error="HTTP 503", status=503, duration_ms=12)


@pytest.fixture(autouse=True)
def parked(house: House) -> None:
    """Register the police and give up telling them of one payment, settled by now."""
    register(house.open_tx, "csgt")
    with house.open_tx() as tx:
        pay(tx, is_settled=True, now=NOON)
    tell(house, refuse, now=NOON, plan=HASTY)


def events(house: House) -> list[ToldEvent]:
    with house.open_tx() as tx:
        return newest_told(tx, Wanted(), limit_max=99)


def send(staff: TestClient, page: Response, action: str, reason: str) -> Response:
    """Send the form of a page that leads there, with this reason."""
    (form,) = [each for each in forms_of(page) if each.action == action]
    return staff.post(action, data=form.values | {"reason": reason})


def test_the_first_page_shows_who_waits_and_who_is_away(staff: TestClient) -> None:
    page = staff.get("/deliveries").text
    for words in ("Công an csgt", "Bình thường", ">2<"):
        assert words in page
    assert "/deliveries?authority=csgt" in page


def test_events_of_an_authority_are_shown_by_state(staff: TestClient) -> None:
    path = "/deliveries?authority=csgt"
    assert staff.get(path).text.count("payment.") == 2
    assert staff.get(f"{path}&state=parked").text.count("payment.") == 2
    assert "Không có thông báo nào như vậy" in staff.get(f"{path}&state=delivered").text


def test_an_event_shows_each_of_its_tries(staff: TestClient, house: House) -> None:
    first = events(house)[-1]
    page = staff.get(f"/deliveries/{first.event_id}").text
    for words in ("HTTP 503", "Không nhận", ">503<", ">12<", first.number, first.event_id):
        assert words in page


def test_one_event_is_told_again_with_a_reason(staff: TestClient, house: House) -> None:
    second = events(house)[0]
    path = f"/deliveries/{second.event_id}"
    answer = send(staff, staff.get(path), "/deliveries/replay", "Cơ quan đã sửa")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert {event.state for event in events(house)} == {DeliveryState.WAITING}
    with house.open_tx() as tx:
        (kept,) = newest(tx, limit_max=1)
    assert (kept.record.action, kept.record.subject, kept.record.reason) == (
        Act.REPLAY_EVENTS,
        f"event:{second.event_id}",
        "Cơ quan đã sửa",
    )


def test_all_that_was_given_up_on_is_told_again(staff: TestClient, house: House) -> None:
    page = staff.get("/deliveries?authority=csgt")
    assert send(staff, page, "/deliveries/replay", "Đã sửa").status_code == 303
    assert {event.state for event in events(house)} == {DeliveryState.WAITING}


def test_an_authority_is_recorded_away_and_back(staff: TestClient, house: House) -> None:
    path = "/deliveries?authority=csgt"
    answer = send(staff, staff.get(path), "/deliveries/outage", "Mất điện")
    assert answer.headers["location"] == path
    with house.open_tx() as tx:
        assert outage_of(tx, "csgt") == Outage(NOON, "Mất điện", declared=True)
    page = staff.get(path)
    for words in ("Hệ thống của cơ quan gián đoạn từ", "Mất điện", "vẫn nộp được"):
        assert words in page.text
    assert "Gián đoạn" in staff.get("/deliveries").text
    assert send(staff, page, "/deliveries/outage", "Có điện").status_code == 303
    with house.open_tx() as tx:
        assert outage_of(tx, "csgt") is None


def test_without_a_reason_nothing_happens(staff: TestClient, house: House) -> None:
    page = staff.get("/deliveries?authority=csgt")
    one = staff.get(f"/deliveries/{events(house)[0].event_id}")
    for shown, action in (
        (page, "/deliveries/replay"),
        (page, "/deliveries/outage"),
        (one, "/deliveries/replay"),
    ):
        answer = send(staff, shown, action, " ")
        assert answer.status_code == 422
        assert "Hãy ghi lý do" in answer.text
    assert {event.state for event in events(house)} == {DeliveryState.PARKED}


def test_what_is_not_there_is_not_found(staff: TestClient, house: House) -> None:
    for path in (
        "/deliveries/evt_nothing",
        "/deliveries/%00",
        "/deliveries?authority=nobody",
        "/deliveries?authority=%00",
        "/deliveries?authority=csgt&before=evt_nothing",
    ):
        assert staff.get(path).status_code == 404, path
    (form, *_) = [
        each
        for each in forms_of(staff.get("/deliveries?authority=csgt"))
        if each.action == "/deliveries/replay"
    ]
    for changed, status in (
        ({"authority": "nobody"}, 404),
        ({"authority": "\x00"}, 404),
        ({"event_id": "evt_nothing"}, 404),
        ({"form_token": "forged"}, 403),
    ):
        said = form.values | {"reason": "x"} | changed
        assert staff.post("/deliveries/replay", data=said).status_code == status, changed
    assert {event.state for event in events(house)} == {DeliveryState.PARKED}


def test_older_events_are_a_page_further(staff: TestClient, house: House) -> None:
    with house.open_tx() as tx:
        for _ in range(ROWS_MAX):
            pay(tx, now=NOON)
    first = staff.get("/deliveries?authority=csgt").text
    assert first.count("payment.") == ROWS_MAX
    assert "Cũ hơn" in first
    last = events(house)[ROWS_MAX - 1].event_id
    second = staff.get(f"/deliveries?authority=csgt&before={last}").text
    assert second.count("payment.") == 2
    assert ("Cũ hơn" in second, "Mới nhất" in second) == (False, True)


def test_english_says_the_same(staff: TestClient, house: House) -> None:
    assert "Events to authorities" in staff.get("/en/deliveries").text
    assert "Tell again" in staff.get(f"/en/deliveries/{events(house)[0].event_id}").text
