"""The sandbox's far sides, asked over HTTP as the program asks them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2
import pytest

from api.far_side import FarSideAway, Sandbox
from gateways.contract import Intent
from ledger.money import Money
from tests.gateways.simulators.far_side import FarSide, far_side

DAY = date(2026, 11, 23)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[FarSide]:
    """Give far sides that tell nobody."""
    with far_side(tmp_path) as there:
        yield there


def _pay(far: FarSide, reference: str) -> None:
    now = datetime.now(UTC)
    order = far.gateway.prepare(
        Intent(
            reference=reference,
            amount=Money(350_000),
            beneficiary="KB0111",
            purpose="Nộp phạt",
            language="vi",
            payer_address="127.0.0.1",
            return_url="https://pay.example.vn/return",
            created_at=now,
            expires_at=now + timedelta(minutes=15),
        )
    )
    Sandbox(far.client, "").pay(far.gateway.start(order).url)


def test_pressing_pay_leads_back_to_us(far: FarSide) -> None:
    _pay(far, "NP1")
    assert Sandbox(far.client, "").told().paid.keys() == {("NP1", "15000001")}


def test_what_was_taken_is_told_to_the_dong(far: FarSide) -> None:
    for number in range(3):
        _pay(far, f"NP{number}")
    assert list(Sandbox(far.client, "").told().paid.values()) == [350_000] * 3


def test_files_arrive_in_the_inbox(far: FarSide) -> None:
    _pay(far, "NP1")
    Sandbox(far.client, "").send_files(DAY, now=datetime.now(UTC) + timedelta(seconds=1))
    arrived = {str(path.relative_to(far.drop)) for path in far.drop.rglob("*.*")}
    assert arrived == {"vnpay/vnpay-20261123-v1.csv", "treasury/treasury-20261123.sta"}


def test_nobody_there_is_said_in_one_line() -> None:
    with httpx2.Client(trust_env=False) as client:
        sandbox = Sandbox(client, "http://127.0.0.1:1")
        with pytest.raises(FarSideAway) as caught:
            sandbox.told()
    assert "http://127.0.0.1:1" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pressing_pay_with_nobody_there_is_said_too() -> None:
    with httpx2.Client(trust_env=False) as client, pytest.raises(FarSideAway):
        Sandbox(client, "http://127.0.0.1:1").pay("http://127.0.0.1:1/x")
