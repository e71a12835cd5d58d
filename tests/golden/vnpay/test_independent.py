"""Our VNPAY messages, judged by the npm package `vnpay`: code none of us wrote."""

import json
import random
import shutil
import subprocess
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from gateways.contract import Notice, Redirect, RefundOrder
from gateways.transport import Transport
from gateways.vnpay import Vnpay
from ledger.money import Money
from tests.gateways.canned_partner import canned_partner, http, transport
from tests.gateways.vnpay_samples import (
    INTENT,
    MERCHANT,
    NOW,
    OTHER_SECRET,
    SECRET,
    callback,
    gateway,
    query_answer,
    refund_answer,
)

PACKAGE = "vnpay@2.5.0"
FOLDER = Path(__file__).parents[3] / "var" / "npm" / "vnpay-2.5.0"
VERIFIER = Path(__file__).with_name("verify.mjs")
SECONDS_MAX = 60
PURPOSES = ("Nộp phạt", "Đóng BHXH & BHYT + 5%", "Lệ phí: hồ sơ (số 12)", "~!*'", "ngõ 3_4-5.", "")


class Heard(BaseModel):
    """What the package would have sent, and whether it believed the answer."""

    sent: dict[str, str | int]
    isVerified: bool  # noqa: N815 - the package's own word


class Judged(BaseModel):
    """What the package makes of each case."""

    model_config = ConfigDict(alias_generator=to_camel)

    pay_addresses: list[str]
    callbacks: list[bool]
    queries: list[Heard]
    refunds: list[Heard]


@dataclass(frozen=True, slots=True)
class Case:
    """Our request as it went out, and the answer that came back."""

    request: dict[str, str]
    answer: dict[str, str]


@pytest.fixture(scope="module")
def node() -> str:
    """Give the path of node, with the package beside our cases."""
    found, npm = shutil.which("node"), shutil.which("npm")
    if found is None or npm is None:
        pytest.skip("the independent verifier needs node and npm, which are not here")
    if not (FOLDER / "node_modules" / "vnpay" / "package.json").exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-save"]
        try:
            done = subprocess.run(
                [npm, "install", *quiet, "--prefix", str(FOLDER), PACKAGE],
                capture_output=True,
                timeout=SECONDS_MAX,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"the independent verifier needs {PACKAGE}: npm took too long")
        if done.returncode != 0:
            pytest.skip(f"the independent verifier needs {PACKAGE}: npm cannot get it")
    return found


def judge(node: str, cases: dict[str, object]) -> Judged:
    """Return what the package says of all cases, asked in one go."""
    script = FOLDER / VERIFIER.name  # Node looks for packages beside the script.
    shutil.copyfile(VERIFIER, script)
    every: dict[str, object] = {"payAddresses": [], "callbacks": [], "queries": [], "refunds": []}
    asked = json.dumps(every | {"merchant": MERCHANT, "secret": SECRET} | cases)
    done = subprocess.run(
        [node, str(script)],
        input=asked.encode(),
        capture_output=True,
        timeout=SECONDS_MAX,
        check=True,
    )
    return Judged.model_validate_json(done.stdout)


def pay_addresses(vnpay: Vnpay) -> list[str]:
    """Return the query strings of many different orders, the same ones each time."""
    chance = random.Random(7)  # noqa: S311 - the same cases on every run
    found: list[str] = []
    for number in range(200):
        amount = Money(chance.randint(5_000, 999_999_999))
        created = INTENT.created_at + timedelta(seconds=chance.randrange(10**8))
        intent = replace(
            INTENT,
            reference=f"R{number}-{chance.randrange(10**6)}",
            amount=amount,
            purpose=chance.choice(PURPOSES),
            language=chance.choice(("vi", "en")),
            payer_address=chance.choice(("113.160.92.202", "2001:db8::7", "::1")),
            return_url=chance.choice(("https://a.vn/r", "http://a.vn:8000/r?x=1&y=%20z#f")),
            created_at=created,
            expires_at=created + timedelta(minutes=15),
        )
        action = vnpay.start(vnpay.prepare(intent))
        assert isinstance(action, Redirect)
        found.append(action.url.partition("?")[2])
    return found


def test_the_package_builds_the_same_pay_addresses(node: str):
    with transport() as sender:
        ours = pay_addresses(gateway(sender))
    fields = [{name: values[0] for name, values in parse_qs(query).items()} for query in ours]
    judged = judge(node, {"payAddresses": fields})
    assert [address.partition("?")[2] for address in judged.pay_addresses] == ours


def test_the_package_believes_the_same_callbacks(node: str):
    cases = [
        callback(),
        callback(OrderInfo="Đóng BHXH & BHYT + 5% (x)"),
        callback(ResponseCode="24", TransactionStatus="02", TransactionNo="0", BankTranNo=""),
        callback(secret=OTHER_SECRET),
        replace(callback(), query=callback().query.replace(b"35000000", b"35000001")),
        replace(callback(), query=callback().query.replace(b"P1", b"P2")),
        replace(callback(), query=callback().query[:-1] + b"0"),
    ]
    judged = judge(node, {"callbacks": [case.query.decode() for case in cases]})
    with transport() as sender:
        ours = [isinstance(gateway(sender).read_callback(case), Notice) for case in cases]
    assert judged.callbacks == ours
    assert ours == [True, True, True, False, False, False, False]


def asked(sender: Transport, answer: dict[str, str]) -> Case:
    """Return the query we send, beside the answer it gets."""
    with canned_partner(http(200, json.dumps(answer).encode())) as partner:
        vnpay = gateway(sender, api_url=partner.url)
        vnpay.ask(vnpay.prepare(INTENT), now=NOW)
    return Case(json.loads(partner.heard[0]), answer)


def test_the_package_signs_the_same_query_and_believes_the_same_answer(node: str):
    with transport() as sender:
        cases = [
            asked(sender, query_answer()),
            asked(sender, query_answer(TransactionStatus="01", PayDate="", TransactionNo="0")),
            asked(sender, query_answer(Message="Đã thanh toán", PromotionCode="KM1")),
        ]
    forged = Case(cases[0].request, query_answer(secret=OTHER_SECRET))
    every = [*cases, forged]
    judged = judge(
        node, {"queries": [{"request": one.request, "answer": one.answer} for one in every]}
    )
    sent = [{name: str(value) for name, value in one.sent.items()} for one in judged.queries]
    assert sent == [one.request for one in every]
    assert [one.isVerified for one in judged.queries] == [True, True, True, False]


def test_the_package_signs_the_same_refund_order(node: str):
    """It is not asked about answers: it divides their amount before hashing, which is wrong."""
    with transport() as sender:
        with canned_partner(http(200, json.dumps(refund_answer()).encode())) as partner:
            vnpay = gateway(sender, api_url=partner.url)
            payment = vnpay.prepare(INTENT)
            for transaction, amount in (("15000001", 350_000), ("0", 1)):
                order = RefundOrder(
                    f"F{amount}", payment, transaction, Money(amount), "Kế toán", "Hoàn", NOW
                )
                vnpay.refund(order)
        requests = [json.loads(body) for body in partner.heard]
    judged = judge(node, {"refunds": [{"request": one, "answer": {}} for one in requests]})
    sent = [{name: str(value) for name, value in one.sent.items()} for one in judged.refunds]
    assert sent == requests
