"""Confirms as an agency's system receives them: signed, for the right order, until it has them."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr

from api.partner.portal_confirm import portal_deliverer
from api.settings import Agency
from ledger.postgres.transaction import Tx
from payments.settle_payments import settle_payments
from payments.tell_plan import TellPlan
from payments.tell_provider import Deliver, Delivered, Told, tell_provider
from tests.api.partner.portal_agency import SECRET, code_of
from tests.payments.owed import fine, push
from tests.payments.scene import NOW, hear, heard, inside, notice, opened, sent
from tests.payments.test_place_order import FINE, ORDER, other, pay, place, placed


@dataclass
class System:
    """An agency's system on loopback: keeps what it got, answers as told."""

    status: int = 200
    answer: bytes = b'{"MaLoi":"00"}'
    heard: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def system() -> Iterator[System]:
    """Give a system that listens."""
    kept = System()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.heard.append(({k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
            self.send_response(kept.status)
            self.end_headers()
            self.wfile.write(kept.answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    kept.url = f"http://127.0.0.1:{server.server_port}/confirm"
    yield kept
    server.shutdown()
    thread.join()
    server.server_close()


def elsewhere(_: object) -> Delivered:
    return Delivered(is_taken=False, error="elsewhere")


def tell(tx: Tx, url: str, *, plan: TellPlan | None = None, after: int = 0) -> Told:
    agency = Agency(
        secret=SecretStr(SECRET),
        confirm_url=url,
        confirm_bearer=SecretStr("token"),
        accounts=frozenset({"kbnn-0011"}),
    )
    with httpx2.Client(trust_env=False) as client:
        deliver: Deliver = portal_deliverer(inside(tx), client, {"DEMO01": agency}, elsewhere)
        now = NOW + timedelta(minutes=after)
        return tell_provider(inside(tx), deliver, now=now, limit_max=100, plan=plan or TellPlan())


def test_an_agency_is_told_once_what_was_paid_for_its_order(tx: Tx, system: System) -> None:
    order = placed(tx, ORDER)
    pay(tx, order)
    assert tell(tx, system.url) == Told(delivered=1)
    assert tell(tx, system.url, after=60) == Told()
    [(headers, confirm)] = system.heard
    assert headers["authorization"] == "Bearer token"
    assert confirm["MaXacThuc"] == code_of(confirm)
    assert confirm["LoaiBanTin"] == "CONFIRM"
    assert (confirm["MaLoi"], confirm["SoTien"]) == ("00", 350_000)
    assert (confirm["MaDoiTac"], confirm["MaThamChieu"]) == ("DEMO01", order.reference)
    assert confirm["ThoiGianGD"] == "20260311090000"
    assert confirm["ThongTinGiaoDich"] == ORDER.description


def test_money_is_confirmed_under_the_newest_reference_alone(tx: Tx, system: System) -> None:
    placed(tx, ORDER)
    newest = placed(tx, other(ORDER, 9))
    pay(tx, newest)
    tell(tx, system.url)
    assert [said["MaThamChieu"] for _, said in system.heard] == [newest.reference]


def test_a_fine_ordered_by_an_agency_is_told_to_it_and_to_the_police(
    tx: Tx, system: System
) -> None:
    push(tx, fine())
    pay(tx, placed(tx, FINE))
    assert tell(tx, system.url) == Told(delivered=1, refused=1)  # The police are elsewhere.
    assert [said["SoTien"] for _, said in system.heard] == [3_000_000]


@pytest.mark.parametrize(
    "answer",
    [
        b'{"MaLoi":"02","MaThamChieu":"dvc000120260311090000"}',
        b'{"error_code":"0","message":"{\\"MaLoi\\":\\"00\\"}"}',
    ],
)
def test_recorded_already_and_recorded_behind_a_gateway_are_recorded(
    tx: Tx, system: System, answer: bytes
) -> None:
    system.answer = answer
    pay(tx, placed(tx, ORDER))
    assert tell(tx, system.url) == Told(delivered=1)


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, b'{"MaLoi":"00"}'),
        (200, b"OK"),
        (200, b'{"MaLoi":"97"}'),
        (200, b'{"MaLoi":0}'),
        (200, b'{"MaLoi":"00","MaThamChieu":"another"}'),
        (200, b'{"error_code":"7","message":"{\\"MaLoi\\":\\"00\\"}"}'),
    ],
)
def test_any_other_answer_is_asked_for_again_and_parked_in_the_end(
    tx: Tx, system: System, status: int, answer: bytes
) -> None:
    system.status, system.answer = status, answer
    pay(tx, placed(tx, ORDER))
    assert tell(tx, system.url) == Told(refused=1)
    hasty = TellPlan(give_up_after=timedelta(0))
    assert tell(tx, system.url, plan=hasty, after=60) == Told(parked=1)
    assert len(system.heard) == 2


def test_nobody_listening_is_an_answer_too(tx: Tx) -> None:
    pay(tx, placed(tx, ORDER))
    assert tell(tx, "http://127.0.0.1:1/confirm") == Told(refused=1)


def test_what_the_dialect_has_no_word_for_is_not_sent(tx: Tx, system: System) -> None:
    order = placed(tx, ORDER)
    payment = opened(tx, [order.obligation_id])
    hear(tx, heard(notice(sent(inside(tx), payment), amount=order.amount)))
    settle_payments(tx, [payment.payment_id], now=NOW)
    assert tell(tx, system.url) == Told(delivered=2)
    assert len(system.heard) == 1


def test_an_order_that_came_after_the_money_is_not_confirmed(tx: Tx, system: System) -> None:
    order = placed(tx, ORDER)
    pay(tx, order)
    place(tx, other(ORDER, 9))
    tell(tx, system.url)
    assert [said["MaThamChieu"] for _, said in system.heard] == [order.reference]
