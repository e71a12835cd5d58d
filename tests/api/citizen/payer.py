"""A citizen in tests: a browser without a screen that fills in forms exactly as shown."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import httpx2
from fastapi.testclient import TestClient

from api.application import application
from api.house import House
from api.sandbox import fine
from gateways.contract import Notice, Outcome, RawRequest, Verdict
from ledger.money import Money
from payments.apply_notices import apply_notices
from payments.change_obligations import change_obligations
from payments.evidence import EvidenceKind, Received
from payments.obligation import NewObligation
from payments.obligation_change import ChangeAct, ChangeOutcome, ObligationChange
from payments.push_obligations import push_obligations

NUMBER = "0002/QĐ-XPHC"
PLATE = "29B1-678.90"
ISSUED_ON = date(2026, 10, 29)
RECEIVED_ON = date(2026, 11, 3)
DUE = Money(3_013_500)
"""Three million and nine late days, from 14 to 22 November, when paid on the 23rd."""

QUESTION = {"number": NUMBER, "day": "29", "month": "10", "year": "2026", "plate": PLATE}


@dataclass(frozen=True, slots=True)
class ShownForm:
    """One form of a page, with the values it stands there with."""

    method: str
    action: str
    values: dict[str, str] = field(default_factory=dict[str, str])
    work: dict[str, str] = field(default_factory=dict[str, str])


class FormReader(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        """Begin before the first form."""
        super().__init__()
        self.forms: list[ShownForm] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take in a form, or one of its values."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(ShownForm(given.get("method", "get"), given["action"]))
        if "data-wanted" in given:
            self.forms[-1].work.update(given)
        is_value = tag == "input" and "name" in given
        if is_value and (given.get("type") != "radio" or "checked" in given):
            self.forms[-1].values[given["name"]] = given.get("value", "")


class Payer:
    """One browser at the citizens' host, which follows no redirect by itself."""

    def __init__(self, house: House, *, address: str = "192.0.2.1") -> None:
        """Open a browser without cookies at this network address."""
        self.house = house
        self.client = TestClient(
            application(house),
            base_url=house.settings.citizen_url,
            follow_redirects=False,
            client=(address, 50_000),
        )

    def get(self, path: str) -> httpx2.Response:
        """Return a page."""
        return self.client.get(path)

    def submit(
        self,
        page: httpx2.Response,
        action: str,
        values: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        """Send the form of a page that leads to `action`, with some values filled in."""
        shown = next(form for form in forms_of(page) if form.action == action)
        filled = shown.values | _worked(shown.work) | dict(values or {})
        if shown.method == "get":
            return self.client.get(action, params=filled, headers=dict(headers or {}))
        return self.client.post(action, data=filled, headers=dict(headers or {}))

    def find(self, **other: str) -> httpx2.Response:
        """Search for the late fine, with some facts replaced."""
        return self.submit(self.get("/find-fine"), "/find-fine", QUESTION | other)

    def leave(self) -> httpx2.Response:
        """Find the fine and return the page before the gateway."""
        assert self.find().status_code == 303
        return self.submit(self.get("/fine"), "/pay", {"method": "vnpay"})

    def go(self) -> str:
        """Find the fine, set out to pay it, and return the gateway's address."""
        gone = self.submit(self.leave(), "/pay")
        assert gone.status_code == 303, gone.text
        return gone.headers["location"]


def _worked(work: Mapping[str, str]) -> dict[str, str]:
    """Return what a browser's script fills in when a search asks for work."""
    for number in map(str, range(int(work.get("data-tries", 0)))):
        salt, rounds = bytes.fromhex(work["data-salt"]), int(work["data-rounds"])
        found = hashlib.pbkdf2_hmac("sha256", number.encode(), salt, rounds)
        if found.hex() == work["data-wanted"]:
            return {"work_number": number}
    return {}


def forms_of(page: httpx2.Response) -> list[ShownForm]:
    """Return the forms of a page."""
    reader = FormReader()
    reader.feed(page.text)
    return reader.forms


def late_fine() -> NewObligation:
    """Return the late fine every test here pays."""
    return fine(
        number=NUMBER,
        plate=PLATE,
        fine_vnd=3_000_000,
        issued_on=ISSUED_ON,
        received_on=RECEIVED_ON,
    )


def owe_late_fine(house: House) -> None:
    """Keep the late fine every test here pays."""
    with house.open_tx() as tx:
        push_obligations(tx, [late_fine()], keys=house.personal_keys, now=house.clock())


def hear(
    house: House,
    gateway_address: str,
    outcome: Outcome = Outcome.PAID,
    amount: Money = DUE,
    transaction: str = "14422574",
) -> Verdict:
    """Let the gateway say what became of the order behind its address."""
    reference = parse_qs(urlsplit(gateway_address).query)["vnp_TxnRef"][0]
    raw = RawRequest("GET", "/callbacks/vnpay", transaction.encode(), (), b"", "127.0.0.1")
    notice = Notice("vnpay", reference, transaction, outcome, amount, "VND", house.clock(), "00")
    received = Received(EvidenceKind.CALLBACK, raw, notice, house.clock())
    with house.open_tx() as tx:
        return apply_notices(
            tx,
            [received],
            calendar=house.calendar,
            signer=house.signer,
            rates=house.rates,
            now=house.clock(),
        )[0]


def change_late_fine(house: House, act: ChangeAct) -> None:
    """Let the authority cancel the late fine, or put a new one in its place."""
    late = late_fine()
    is_replaced = act is ChangeAct.SUPERSEDE
    change = ObligationChange(
        provider=late.provider,
        kind=late.kind,
        number=NUMBER,
        act=act,
        reason="Xử phạt nhầm người",
        document="15/QĐ-HB",
        successor=replace(late, number="9/QĐ-XPHC") if is_replaced else None,
    )
    with house.open_tx() as tx:
        (verdict,) = change_obligations(
            tx, [change], keys=house.personal_keys, rates=house.rates, now=house.clock()
        )
    assert verdict.outcome is ChangeOutcome.CHANGED, verdict
