"""The simulated police system: believes signed events, keeps each once, fails on demand."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from gateways.simulators.police import EVENTS_PATH
from tests.gateways.simulators.far_side import POLICE_SECRET, FarSide

EVENT = {"type": "obligation.paid", "data": {"decision": "Số 12/QĐ-XPHC <b>"}}
OTHER_SECRET = "whsec_b3RoZXIgd2ViaG9vayBzZWNyZXQgb2YgYSB0ZXN0"  # noqa: S105 - of a test


def send(
    far: FarSide,
    *,
    event_id: str = "msg_1",
    secret: str = POLICE_SECRET,
    age: timedelta = timedelta(),
    body: str | None = None,
) -> int:
    text = json.dumps(EVENT, ensure_ascii=False) if body is None else body
    sent_at = datetime.now(UTC) - age
    headers = {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(secret).sign(event_id, sent_at, text),
    }
    return far.client.post(EVENTS_PATH, content=text.encode(), headers=headers).status_code


def events(far: FarSide) -> list[dict[str, Any]]:
    return far.client.get(EVENTS_PATH).json()["events"]


def test_a_signed_event_is_kept_word_for_word(far: FarSide):
    assert send(far) == 204
    assert [one["body"] for one in events(far)] == [EVENT]


def test_an_event_sent_twice_is_kept_once(far: FarSide):
    assert (send(far), send(far)) == (204, 204)
    assert [(one["event_id"], one["times"]) for one in events(far)] == [("msg_1", 2)]


def test_an_event_under_a_wrong_or_old_signature_is_refused(far: FarSide):
    assert send(far, secret=OTHER_SECRET) == 401
    assert send(far, age=timedelta(minutes=6)) == 401
    assert far.client.post(EVENTS_PATH, content=b"{}").status_code == 401
    assert events(far) == []


def test_a_signed_body_that_is_no_object_is_refused(far: FarSide):
    assert send(far, body="[]") == 400
    assert send(far, body="{") == 400
    assert events(far) == []


@pytest.mark.parametrize(
    ("mode", "status", "kept"),
    [("down", 503, 0), ("gone", 410, 0), ("broken", 500, 1), ("slow", 204, 1), ("normal", 204, 1)],
)
def test_it_fails_as_told(far: FarSide, mode: str, status: int, kept: int):
    far.post("police/mode", mode=mode, slow_s=0)
    assert send(far) == status
    assert len(events(far)) == kept


def test_events_come_in_pages(far: FarSide):
    for number in range(3):
        send(far, event_id=f"msg_{number}")
    first = far.client.get(EVENTS_PATH, params={"limit": 2}).json()
    rest = far.client.get(EVENTS_PATH, params={"after": first["next_after"]}).json()
    found = [one["event_id"] for one in (*first["events"], *rest["events"])]
    assert found == ["msg_0", "msg_1", "msg_2"]


def test_people_see_what_was_told_in_both_languages(far: FarSide):
    assert "Chưa nhận được tin nào" in far.client.get("/simulator/police").text
    send(far)
    page = far.client.get("/simulator/police").text
    assert "Số 12/QĐ-XPHC &lt;b&gt;" in page
    english = far.client.get("/simulator/police", params={"lang": "en"}).text
    assert '<html lang="en">' in english
    assert "Events received" in english
