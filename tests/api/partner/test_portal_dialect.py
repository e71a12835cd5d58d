"""The dialect's door: an agency orders, asks and fetches; everybody else hears one word."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from jinja2 import DictLoader, Environment
from pydantic import SecretStr
from sqlalchemy import text
from structlog.testing import capture_logs

from api.access.look_up_quotas import WRONG_PER_SOURCE_MAX
from api.application import application
from api.house import House
from api.partner.portal_confirm import portal_deliverer
from api.settings import Agency
from api.start_payment import open_for, send
from gateways.contract import Notice, Outcome, RawRequest, Redirect
from gateways.simulators.agency import CONFIRM_PATH, Office
from gateways.simulators.agency import routes as agency_routes
from gateways.simulators.store import Store
from ledger.errors import BookUnreachable
from ledger.money import Money
from ledger.postgres.transaction import OpenTx
from payments.agency_order import said_place
from payments.apply_notices import apply_notices
from payments.authority import Authority, Family
from payments.end_authority import end_authority
from payments.event import Event
from payments.evidence import EvidenceKind, Received
from payments.intake import Channel
from payments.payment import Payment
from payments.personal_data import unseal
from payments.postgres import agency_order_rows, attempt_rows, intake_rows
from payments.push_authorities import push_authorities
from payments.tell_provider import Delivered, Told, tell_provider
from tests.api.citizen.payer import DUE, Payer, hear, owe_late_fine
from tests.api.conftest import NOON
from tests.api.partner.portal_agency import (
    BLOCK,
    SECRET,
    as_bytes,
    asking,
    code_of,
    fined,
    init,
)

PATH = "/dialect/1.0.6"
AGENCY = Agency(
    secret=SecretStr(SECRET),
    confirm_url="http://127.0.0.1:1/confirm",
    accounts=frozenset({"KB0111"}),
    fines_of=("csgt",),
)


OFFICE = Authority(
    code="DEMO01",
    family=Family.AGENCY,
    name="Sở Xây dựng",
    pushed_by="DEMO01",
    in_force_from=date(2020, 1, 1),
    items_per_minute_max=3,
)


def register(house: House, office: Authority = OFFICE) -> None:
    with house.open_tx() as tx:
        push_authorities(tx, [office])


def at_door(house: House, agency: Agency = AGENCY, **other: object) -> TestClient:
    """Return the partner host of a house that knows one agency."""
    register(house)
    return knowing(house, agency, **other)


def knowing(house: House, agency: Agency = AGENCY, **other: object) -> TestClient:
    """Return the partner host of a house told of one agency that nobody may have registered."""
    settings = house.settings.model_copy(update={"agencies": {"DEMO01": agency}})
    app = application(replace(house, settings=settings, **other))  # pyright: ignore[reportArgumentType] (parts by name)
    return TestClient(app, base_url="http://partner.test")


def say(client: TestClient, fields: Mapping[str, object], path: str = PATH) -> dict[str, Any]:
    answer = post(client, fields, path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def post(client: TestClient, fields: Mapping[str, object], path: str = PATH) -> httpx2.Response:
    headers = {"content-type": "application/json"}
    return client.post(path, content=as_bytes(fields), headers=headers)


def pay(house: House, outcome: Outcome = Outcome.PAID) -> Payment:
    """Let somebody pay what was ordered, as far as the gateway says."""
    with house.open_tx() as tx:
        order = agency_order_rows.order_by_reference(
            tx, agency="DEMO01", reference="dvc000120261123120000"
        )
        assert order is not None
        payment = open_for(
            tx,
            house,
            obligation_ids=[order.obligation_id],
            shown=order.amount,
            language="vi",
            client="citizen",
        )
    action = send(house, payment, gateway_code="vnpay", payer_address="113.160.92.202")
    assert isinstance(action, Redirect)
    with house.open_tx() as tx:
        reference = attempt_rows.of_payment(tx, payment.payment_id)[0].prepared.reference
        raw = RawRequest("GET", "/callbacks/vnpay", reference.encode(), (), b"", "127.0.0.1")
        word = Notice("vnpay", reference, "T1", outcome, Money(350_000), "VND", NOON, "00")
        received = Received(EvidenceKind.CALLBACK, raw, word, NOON)
        apply_notices(
            tx,
            [received],
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=NOON,
        )
    return payment


def test_an_order_gets_the_address_of_what_is_to_be_paid(house: House) -> None:
    said = say(at_door(house), init())
    assert (said["MaLoi"], said["MaThamChieu"]) == ("00", "dvc000120261123120000")
    assert said["UrlThanhToan"].startswith("http://citizen.test/o/")
    english = say(at_door(house), init(MaThamChieu="b", NgonNgu="en-US"))
    assert english["UrlThanhToan"].startswith("http://citizen.test/en/o/")


def test_a_repeat_gets_the_same_bytes_however_late(house: House) -> None:
    first = post(at_door(house), init()).content
    later = at_door(house, clock=lambda: NOON + timedelta(days=3))
    assert post(later, init()).content == first
    other = say(later, init(SoTien="1", block={**BLOCK, "DSKhoanNop": [{"SoTien": 1}]}))
    assert other["MaLoi"] == "99"


@pytest.mark.parametrize(
    "outcome", [None, Outcome.PENDING, Outcome.UNKNOWN, Outcome.DECLINED, Outcome.HELD]
)
def test_an_order_is_pending_until_the_gateway_says_paid(
    house: House, outcome: Outcome | None
) -> None:
    client = at_door(house)
    say(client, init())
    if outcome is not None:
        pay(house, outcome)
    state = say(client, asking("QUERY"))
    assert (state["MaLoi"], state["TrangThaiGD"]) == ("00", "3")
    assert say(client, asking("GET_BILL"))["MaLoi"] == "01"


def test_a_paid_order_is_told_with_its_receipt(house: House) -> None:
    client = at_door(house)
    say(client, init())
    payment = pay(house)
    state = say(client, asking("QUERY"))
    assert (state["TrangThaiGD"], state["SoTien"], state["MaLoi"]) == ("1", 350_000, "00")
    assert state["MaGiaoDich"] == payment.number
    assert state["MaXacThuc"] == code_of(state)
    bill = say(client, asking("GET_BILL"))
    assert bill["MaLoi"] == "00"
    assert "không thay biên lai" in bill["MoTaLoi"]
    pages = TestClient(application(house), base_url="http://citizen.test")
    assert payment.number in pages.get(bill["URLBienLai"]).text
    assert say(client, init(MaThamChieu="again"))["MaLoi"] == "02"


@pytest.mark.filterwarnings("ignore:You should not use the 'timeout' argument")
def test_a_whole_run_with_a_one_stop_system(house: House, tmp_path: Path) -> None:
    told = house.settings.model_copy(update={"agencies": {"DEMO01": AGENCY}})
    platform = replace(house, settings=told, clock=lambda: datetime.now(UTC))
    store = Store(tmp_path)
    office = Office("DEMO01", SECRET, "http://partner.test", "7111.0.1054321")
    templates = Environment(loader=DictLoader({}), autoescape=True)
    system = FastAPI()
    system.include_router(agency_routes(store, office, templates, at_door(platform)))
    clerk = TestClient(system, base_url="http://127.0.0.1:1")
    dossier = {"file_number": "H29.17-1", "amount_vnd": 350_000}
    ordered: dict[str, Any] = clerk.post("/simulator/agency/orders", json=dossier).json()
    reference = ordered["reference"]
    payer = Payer(platform)
    assert payer.get(urlsplit(str(ordered["answer"]["UrlThanhToan"])).path).status_code == 303
    leaving = payer.submit(payer.get("/fine"), "/pay", {"method": "vnpay"})
    gone = payer.submit(leaving, "/pay")
    asked = f"/simulator/agency/orders/{reference}"
    assert clerk.post(f"{asked}/query").json()["TrangThaiGD"] == "3"
    hear(platform, gone.headers["location"], amount=Money(350_000))
    assert tell_all(platform, clerk).delivered == 1
    (kept,) = clerk.get("/simulator/agency/orders").json()["orders"]
    assert (kept["times_told"], kept["told"]["SoTien"]) == (1, 350_000)
    state = clerk.post(f"{asked}/query").json()
    assert (state["TrangThaiGD"], state["MaGiaoDich"]) == ("1", kept["told"]["MaGiaoDich"])
    bill: dict[str, str] = clerk.post(f"{asked}/bill").json()
    proof = urlsplit(bill["URLBienLai"]).path
    assert state["MaGiaoDich"] in payer.get(proof).text
    store.close()


def tell_all(house: House, clerk: TestClient) -> Told:
    """Let the schedule's act deliver what is due to the one-stop system."""
    agency = AGENCY.model_copy(update={"confirm_url": f"http://127.0.0.1:1{CONFIRM_PATH}"})

    def elsewhere(_: Event) -> Delivered:
        raise AssertionError("only the agency is told")

    deliver = portal_deliverer(house.open_tx, clerk, {"DEMO01": agency}, elsewhere)
    return tell_provider(house.open_tx, deliver, now=house.clock(), limit_max=10)


def test_an_agency_may_have_its_receipt_as_pdf(house: House) -> None:
    client = at_door(house, AGENCY.model_copy(update={"bill": "pdf"}))
    say(client, init())
    pay(house)
    answer = post(client, asking("GET_BILL"))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


def test_answers_are_wrapped_for_an_agency_behind_a_gateway(house: House) -> None:
    wrapping = AGENCY.model_copy(update={"is_wrapped": True, "bearer": SecretStr("token")})
    client = at_door(house, wrapping)
    assert json.loads(say(client, init())["message"])["MaLoi"] == "97"
    client.headers["authorization"] = "Bearer token"
    answer = say(client, init())
    assert answer["error_code"] == "0"
    assert json.loads(answer["message"])["MaLoi"] == "00"


@pytest.mark.parametrize(
    "fields",
    [
        init(MaXacThuc="0" * 64),
        init() | {"SoTien": "1"},
        init() | {"ThoiGianGD": "20261123120001"},
        init(MaDoiTac="DEMO02"),
        asking("QUERY", MaXacThuc="0" * 64),
        asking("GET_BILL", MaDoiTac="nobody"),
    ],
)
def test_t07_who_does_not_know_the_secret_hears_one_word(
    house: House, fields: dict[str, Any]
) -> None:
    with capture_logs():
        said = say(at_door(house), fields)
    assert (said["MaLoi"], said["MoTaLoi"]) == ("97", "MaXacThuc không đúng")
    with house.open_tx() as tx:
        assert agency_order_rows.orders_of(tx, 1, agency="DEMO01") == []


def test_a_message_from_another_network_is_a_strangers(house: House) -> None:
    client = at_door(
        house, Agency.model_validate(AGENCY.model_dump() | {"networks": ["10.0.0.0/8"]})
    )
    with capture_logs():
        assert say(client, init())["MaLoi"] == "97"


def test_an_order_of_an_agency_nobody_registered_is_refused(house: House) -> None:
    register(house, replace(OFFICE, pushed_by="portal"))
    client = knowing(house)
    said = say(client, init())
    assert (said["MaLoi"], said["MoTaLoi"]) == ("99", "MaDoiTac chưa được đăng ký là cơ quan thu")
    assert say(client, asking("QUERY"))["MaLoi"] == "01"


def test_an_agency_that_has_ended_orders_nothing_new(house: House) -> None:
    client = at_door(house)
    with house.open_tx() as tx:
        end_authority(tx, "DEMO01", on=date(2026, 11, 1), successor=None)
    said = say(client, init())
    assert (said["MaLoi"], said["MoTaLoi"][:9]) == ("99", "MaDoiTac:")


def test_the_share_of_a_minute_holds_for_orders_and_repeats_are_free(house: House) -> None:
    client = at_door(house)
    references = [f"dvc{at}" for at in range(4)]
    said = [say(client, init(MaThamChieu=each))["MaLoi"] for each in references]
    assert said == ["00", "00", "00", "08"]
    assert say(client, init(MaThamChieu="dvc0"))["MaLoi"] == "00"


def test_an_order_is_in_the_log_and_its_bytes_are_sealed_evidence(house: House) -> None:
    raw = as_bytes(init())
    post(at_door(house), init())
    with house.open_tx() as tx:
        (logged,) = intake_rows.intakes_of(tx, "DEMO01", limit_max=5)
        sealed = bytes(tx.scalar(text("SELECT said FROM payments.agency_order")) or b"")
    assert (logged.channel, logged.counts) == (Channel.DIALECT, {"new": 1})
    assert logged.digest == hashlib.sha256(raw).digest()
    assert "NGUYỄN".encode() not in sealed
    place = said_place(agency="DEMO01", reference="dvc000120261123120000")
    assert unseal(house.personal_keys, sealed, place=place)["said"].encode() == raw


def test_a_block_that_was_changed_on_the_way_pays_nobody_else(house: House) -> None:
    said = say(at_door(house), init({**BLOCK, "TKThuHuong": "9999999999"}))
    assert said["MaLoi"] == "99"
    assert "TKThuHuong" in said["MoTaLoi"]


def test_t04_whatever_is_wrong_about_a_fine_is_one_answer(house: House) -> None:
    owe_late_fine(house)
    register(house, replace(OFFICE, items_per_minute_max=100))
    client = knowing(house)
    wrong = [
        fined("a", SoQD="9999/QĐ-XPHC"),
        fined("a", NgayQD="20261028"),
        fined("a", TenNguoiViPham="Nguyen Van A"),
        *(fined("a", vnd) for vnd in (1, DUE.vnd - 1)),
    ]
    said = {post(client, each).content for each in wrong}
    assert [json.loads(each)["MaLoi"] for each in said] == ["01"]


def test_t04_wrong_orders_of_one_decision_end_soon_and_right_ones_cost_nothing(
    house: House,
) -> None:
    owe_late_fine(house)
    register(house, replace(OFFICE, items_per_minute_max=100))
    client = knowing(house)
    many = range(WRONG_PER_SOURCE_MAX + 1)
    assert {say(client, fined(f"r{at}"))["MaLoi"] for at in many} == {"00"}
    assert [say(client, fined(f"w{at}", 1 + at))["MaLoi"] for at in many] == [
        *["01"] * WRONG_PER_SOURCE_MAX,
        "08",
    ]
    assert say(client, fined("r0"))["MaLoi"] == "00"  # A repeat asks nothing.
    assert say(client, fined("another"))["MaLoi"] == "08"


def test_an_unknown_reference_is_not_found(house: House) -> None:
    assert say(at_door(house), asking("QUERY"))["MaLoi"] == "01"
    assert say(at_door(house), asking("GET_BILL"))["MaLoi"] == "01"


def test_a_door_of_one_message_takes_no_other(house: House) -> None:
    client = at_door(house)
    assert say(client, init(), f"{PATH}/init")["MaLoi"] == "00"
    assert say(client, asking("QUERY"), f"{PATH}/query")["MaLoi"] == "00"
    assert say(client, asking("QUERY"), f"{PATH}/getbill")["MaLoi"] == "99"


def test_what_is_no_message_is_answered_in_the_dialect(house: House) -> None:
    client = at_door(house)
    for raw in (b"", b"{", b"\x00", b"[1]"):
        answer = client.post(PATH, content=raw)
        assert (answer.status_code, answer.json()["MaLoi"]) == (200, "99")
    assert client.get(PATH).status_code == 405


def test_a_wrong_field_is_named_and_nothing_is_kept(house: House) -> None:
    client = at_door(house)
    said = say(client, init(PhienBan="1.0.5"))
    assert (said["MaLoi"], "PhienBan" in said["MoTaLoi"]) == ("99", True)
    assert say(client, asking("QUERY"))["MaLoi"] == "01"


def test_a_book_out_of_reach_is_busy(house: House) -> None:
    def away() -> OpenTx:
        raise BookUnreachable("down")

    assert say(at_door(house, open_tx=away), init())["MaLoi"] == "08"


def test_the_vector_of_the_notes_is_a_genuine_message(house: House) -> None:
    joined = "QUERY|1.0.6|DEMO01|dvc000120260901080000|20260901080000|note-secret"
    names = ["LoaiBanTin", "PhienBan", "MaDoiTac", "MaThamChieu", "ThoiGianGD"]
    fields: dict[str, str] = dict(zip(names, joined.split("|"), strict=False))
    fields["MaXacThuc"] = hashlib.sha256(joined.encode()).hexdigest()
    assert say(at_door(house), fields)["MaLoi"] == "01"  # Genuine, and nothing is there.
