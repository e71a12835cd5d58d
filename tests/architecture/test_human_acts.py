"""Every act of a person leaves its audit record, and without one it does not happen.

A new door of the console or a new command fails here until it is said which of these it is.
"""

import base64
import importlib
import pkgutil
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import pytest
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import text
from structlog.testing import capture_logs

import api.console
from api.application import application
from api.command_line import main
from api.house import House
from ledger.audit_record import Act
from ledger.postgres.audit_rows import newest
from ledger.postgres.post import post_entries
from ledger.postgres.transaction import OpenTx
from payments.find_returnable import find_returnable
from payments.postgres import payment_rows
from payments.postgres.authority_rows import authorities_by_code
from payments.postgres.delivery_rows import Wanted, newest_told
from payments.refund import Refund, RefundRoute, digest_of
from payments.reject_refund import reject_refund
from tests.api import conftest
from tests.api.citizen.payer import forms_of
from tests.api.conftest import PERSON_KEYS
from tests.api.console.refunding import by_another_way, cancelled_once_paid, lost_sight_of
from tests.api.partner.told import pay, register
from tests.api.uploads.sheets import fine, fines_csv
from tests.ledger.samples import capture
from tests.payments.refunding import paid_twice

house = conftest.house

Door = tuple[str, str]
"""Method and address of a door, as it is declared."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What a person does at a door that records, and as what."""

    act: Act
    do: Callable[[TestClient, House], Response]
    signed_in: bool = True


def _sign_in(browser: TestClient, key: str) -> Response:
    shown = forms_of(browser.get("/sign-in"))[0].values
    return browser.post("/sign-in", data=shown | {"key": key})


def _key(_: House) -> str:
    return PERSON_KEYS["ketoan1"]


def _come(browser: TestClient, house: House, doing: Doing) -> None:
    """Bring a browser where it can do that: signed in anew, or not at all."""
    browser.cookies.clear()
    if doing.signed_in:
        _sign_in(browser, _key(house))


def _sign_out(browser: TestClient, _house: House) -> Response:
    (out,) = forms_of(browser.get("/trial-balance"))[-1:]
    return browser.post(out.action, data=out.values)


def _view_account(browser: TestClient, house: House) -> Response:
    with house.open_tx() as tx:
        post_entries(tx, [capture(1)])
    return browser.get("/account/receivable:vnpay")


def _registered(house: House) -> None:
    with house.open_tx() as tx:
        known = authorities_by_code(tx, {"csgt"})
    if not known:
        register(house.open_tx, "csgt")


def _event(house: House) -> str:
    """Return the id of an event there is."""
    with house.open_tx() as tx:
        found = newest_told(tx, Wanted(), limit_max=1)
        if not found:
            pay(tx, now=house.clock())
            found = newest_told(tx, Wanted(), limit_max=1)
    return found[0].event_id


def _view_deliveries(browser: TestClient, house: House) -> Response:
    _registered(house)
    return browser.get("/deliveries?authority=csgt")


def _at_deliveries(path: str, **values: str) -> Callable[[TestClient, House], Response]:
    def do(browser: TestClient, house: House) -> Response:
        _registered(house)
        token = forms_of(browser.get("/uploads"))[0].values["form_token"]
        said = {"form_token": token, "authority": "csgt", "reason": "cơ quan gọi điện"}
        return browser.post(path, data=said | values)

    return do


def _preview_list(browser: TestClient, house: House) -> Response:
    _registered(house)
    token = forms_of(browser.get("/uploads"))[0].values["form_token"]
    return browser.post(
        "/uploads/preview",
        data={"form_token": token, "authority": "csgt", "kind": "traffic_fine"},
        files={"file": ("list.csv", fines_csv(fine()))},
    )


def _with_list(path: str) -> Callable[[TestClient, House], Response]:
    content = base64.urlsafe_b64encode(fines_csv(fine())).decode()
    return _at_deliveries(path, kind="traffic_fine", content=content)


def _refund(house: House) -> Refund:
    """Return a refund that waits for approval."""
    with house.open_tx() as tx:
        return paid_twice(tx)


def _view_refund(browser: TestClient, house: House) -> Response:
    return browser.get(f"/refunds/{_refund(house).number}")


def _propose_refund(browser: TestClient, house: House) -> Response:
    refund = _refund(house)
    with house.open_tx() as tx:
        reject_refund(tx, refund.number, by="staff:ketoan2", now=house.clock())
        payment = payment_rows.by_id(tx, refund.payment_id)
        assert payment is not None
        (choice,) = find_returnable(tx, payment).choices
    said = {
        "form_token": forms_of(browser.get("/uploads"))[0].values["form_token"],
        "payment": refund.payment_number,
        "money": f"{choice.capture_id}-",
        "key": secrets.token_urlsafe(32),
        "reason": "người nộp gọi điện",
    }
    return browser.post("/refund-proposal", data=said)


def _view_proposal(browser: TestClient, house: House) -> Response:
    return browser.get(f"/refund-proposal?payment={_refund(house).payment_number}")


def _at_refund(act: str) -> Callable[[TestClient, House], Response]:
    def do(browser: TestClient, house: House) -> Response:
        refund = _refund(house)
        said = {
            "form_token": forms_of(browser.get("/uploads"))[0].values["form_token"],
            "digest": digest_of(refund).hex(),
            "reason": "đã đối chiếu",
        }
        return browser.post(f"/refunds/{refund.number}/{act}", data=said)

    return do


def _paid_back(
    act: str, route: RefundRoute, scene: Callable[[House], Refund], **typed: str
) -> Callable[[TestClient, House], Response]:
    def do(browser: TestClient, house: House) -> Response:
        refund = by_another_way(house, scene(house), route)
        said = typed | {
            "form_token": forms_of(browser.get("/uploads"))[0].values["form_token"],
            "bank_reference": "FT2632700001",
            "paid_on": "23/11/2026",
            "reason": "theo giấy báo nợ",
        }
        return browser.post(f"/refunds/{refund.number}/{act}", data=said)

    return do


_transfer = _paid_back("transfer", RefundRoute.TRANSFER, _refund, paid_by="gateway")
_decide = _paid_back(
    "decision",
    RefundRoute.STATE_PROCEDURE,
    cancelled_once_paid,
    decision="15/QĐ-KBNN",
    settlement="separately",
)


def _find_out(browser: TestClient, house: House) -> Response:
    refund = lost_sight_of(house)
    said = {
        "form_token": forms_of(browser.get("/uploads"))[0].values["form_token"],
        "ending": "went_back",
        "document": "CV-15/VNPAY",
        "reason": "đơn vị thanh toán trả lời",
    }
    return browser.post(f"/refunds/{refund.number}/finding", data=said)


RECORDED: Final[Mapping[Door, list[Doing]]] = MappingProxyType(
    {
        ("POST", "/sign-in"): [
            Doing(Act.SIGN_IN, lambda at, house: _sign_in(at, _key(house)), signed_in=False),
            Doing(Act.SIGN_IN_REFUSED, lambda at, _: _sign_in(at, "open-sesame"), signed_in=False),
        ],
        ("POST", "/sign-out"): [Doing(Act.SIGN_OUT, _sign_out)],
        ("GET", "/day/{day}"): [Doing(Act.VIEW_DAY, lambda at, _: at.get("/day/2026-11-20"))],
        ("GET", "/account/{code}"): [Doing(Act.VIEW_ACCOUNT, _view_account)],
        ("GET", "/deliveries"): [Doing(Act.VIEW_DELIVERIES, _view_deliveries)],
        ("GET", "/deliveries/{event_id}"): [
            Doing(Act.VIEW_DELIVERIES, lambda at, house: at.get(f"/deliveries/{_event(house)}"))
        ],
        ("POST", "/deliveries/replay"): [
            Doing(Act.REPLAY_EVENTS, _at_deliveries("/deliveries/replay"))
        ],
        ("POST", "/deliveries/outage"): [
            Doing(Act.DECLARE_OUTAGE, _at_deliveries("/deliveries/outage", state="down"))
        ],
        ("POST", "/uploads/preview"): [Doing(Act.PREVIEW_LIST, _preview_list)],
        ("POST", "/uploads/refused"): [Doing(Act.PREVIEW_LIST, _with_list("/uploads/refused"))],
        ("POST", "/uploads"): [Doing(Act.TAKE_LIST, _with_list("/uploads"))],
        ("GET", "/refunds"): [Doing(Act.VIEW_REFUNDS, lambda at, _: at.get("/refunds"))],
        ("GET", "/refunds/{number}"): [Doing(Act.VIEW_REFUNDS, _view_refund)],
        ("GET", "/refund-proposal"): [Doing(Act.VIEW_REFUNDS, _view_proposal)],
        ("POST", "/refund-proposal"): [Doing(Act.PROPOSE_REFUND, _propose_refund)],
        ("POST", "/refunds/{number}/approve"): [Doing(Act.APPROVE_REFUND, _at_refund("approve"))],
        ("POST", "/refunds/{number}/reject"): [Doing(Act.REJECT_REFUND, _at_refund("reject"))],
        ("POST", "/refunds/{number}/transfer"): [Doing(Act.RECORD_TRANSFER, _transfer)],
        ("POST", "/refunds/{number}/decision"): [Doing(Act.RECORD_STATE_REFUND, _decide)],
        ("POST", "/refunds/{number}/finding"): [Doing(Act.FIND_REFUND_OUT, _find_out)],
        ("GET", "/audit"): [Doing(Act.VIEW_AUDIT, lambda at, _: at.get("/audit"))],
    }
)
DOINGS: Final = [doing for many in RECORDED.values() for doing in many]
SUMS_ONLY: Final = {
    *(("GET", "/"), ("GET", "/trial-balance"), ("GET", "/sign-in")),
    *(("GET", "/uploads"), ("GET", "/uploads/template/{kind}/{format_}")),
}
"""Pages that name no payment, file line or person: nothing to look up somebody with."""

RIGHT: Final = "EXECUTE ON FUNCTION ledger.record_audit_v1"

RECORDED_COMMANDS: Final = {"close-day", "export", "authority", "keys", "partner"}
"""Their own tests say what they record."""
OTHER_COMMANDS: Final = {
    *("demo", "web", "schedule", "bench"),  # programs, whoever starts them
    *("prepare-database", "migrate"),  # before there is a book to write in
    *("trial-balance", "account", "turnover", "prove", "verify-log", "log-proof"),  # read only
    "rates",  # reads a file of the program
    *("listen", "trigger", "replay"),  # partners, who speak to us from outside
    "verify-proof",  # reads what somebody holds
}


@pytest.fixture
def stranger(house: House) -> TestClient:
    """Give a browser at the staff host that has shown no key; trouble is answered, not raised."""
    return TestClient(
        application(house),
        base_url=house.settings.staff_url,
        follow_redirects=False,
        raise_server_exceptions=False,
    )


def test_every_door_of_the_console_records_or_shows_sums_only(house: House) -> None:
    assert doors(house) == RECORDED.keys() | SUMS_ONLY
    assert not RECORDED.keys() & SUMS_ONLY


def test_every_door_but_reading_records() -> None:
    assert {method for method, _ in SUMS_ONLY} == {"GET"}


def test_each_door_that_records_leaves_one_record(stranger: TestClient, house: House) -> None:
    for doing in DOINGS:
        _come(stranger, house, doing)
        before = acts(house)
        assert doing.do(stranger, house).status_code < 500
        assert acts(house) == [doing.act, *before]


def test_without_its_record_nothing_happens(
    stranger: TestClient, house: House, owner_open_tx: OpenTx
) -> None:
    for doing in DOINGS:
        _come(stranger, house, doing)
        cookies = dict(stranger.cookies)
        before = acts(house)
        with owner_open_tx() as tx:
            tx.execute(text(f"REVOKE {RIGHT} FROM clearing_app"))
        with capture_logs():  # To show a traceback in colours takes seconds.
            assert doing.do(stranger, house).status_code == 500
        assert "staff" not in dict(stranger.cookies).keys() - cookies.keys()
        assert acts(house) == before
        with owner_open_tx() as tx:
            tx.execute(text(f"GRANT {RIGHT} TO clearing_app"))


def test_every_command_records_or_needs_no_record(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = set(re.findall(r"^    ([a-z][a-z-]*)", capsys.readouterr().out, re.MULTILINE))
    assert commands >= RECORDED_COMMANDS
    assert commands - RECORDED_COMMANDS <= OTHER_COMMANDS


def doors(house: House) -> set[Door]:
    """Return the Vietnamese doors of every page; the English ones are the same again."""
    names = [module.name for module in pkgutil.iter_modules(api.console.__path__)]
    modules = [importlib.import_module(f"api.console.{name}") for name in names]
    routers = [module.routes(house) for module in modules if hasattr(module, "routes")]
    found = iter_route_contexts([route for router in routers for route in router.routes])
    return {
        (method, str(door.path))
        for door in found
        if not str(door.path).startswith("/en/")
        for method in door.methods or {"ANY"}
    }


def acts(house: House) -> list[str]:
    with house.open_tx() as tx:
        return [kept.record.action for kept in newest(tx, limit_max=200)]
